// `npm test`: runs the suites that this machine can run and ends with one line, `N passed, N failed`.
// With CI=true what is missing is installed first, and a suite left out is a failure.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installTestPrograms, suites } from "./test-programs.ts";

interface Totals {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

const inCi = process.env["CI"] === "true";
const root = join(import.meta.dirname, "..");
if (inCi) installTestPrograms();

const leftOut = suites
  .map((suite) => ({ suite, missing: suite.missing() }))
  .filter(({ missing }) => missing !== undefined);
const projects = [
  "unit",
  ...suites.filter((suite) => !leftOut.some((out) => out.suite === suite)).map(({ project }) => project),
];

const scratch = mkdtempSync(join(tmpdir(), "cordboard-test-"));
const report = join(scratch, "report.json");
const vitest = spawnSync(
  process.execPath,
  [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    ...projects.flatMap((project) => ["--project", project]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: "inherit" },
);

let totals: Totals = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
try {
  totals = JSON.parse(readFileSync(report, "utf8")) as Totals;
} catch (error) {
  console.error("The test runner left no report:", error instanceof Error ? error.message : error);
}
rmSync(scratch, { recursive: true, force: true });

for (const { suite, missing } of leftOut) {
  console.log(`Left out: the ${suite.name} suite, for want of ${missing}. To have it: ${suite.remedy}`);
}
const passed = totals.numPassedTests;
// A run that broke without a failed test (a file that does not load, an unhandled error) has failed all the same.
const broken = vitest.status !== 0 && totals.numFailedTests === 0 ? 1 : 0;
const failed = totals.numFailedTests + broken + (inCi ? leftOut.length : 0);
const skipped = totals.numPendingTests + totals.numTodoTests;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || (inCi && skipped > 0) ? 1 : 0;
