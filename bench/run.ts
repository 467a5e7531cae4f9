import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

// `node bench/run.ts ami|ari|engine|server …`: installs the libraries to compare with, builds our own, and starts the comparison.

const root = dirname(import.meta.dirname);
const peers = join(import.meta.dirname, "peers");

function run(
  command: string,
  parameters: readonly string[],
  cwd: string,
  output: "inherit" | typeof process.stderr,
): void {
  const { status } = spawnSync(command, parameters, { cwd, stdio: ["inherit", output, "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}

/** What is started, and which packages it needs built. */
const subjects: Readonly<Record<string, readonly [entry: string, ...packages: string[]]>> = {
  ami: ["ami/main.ts", "ami"],
  ari: ["ari/main.ts", "ari"],
  engine: ["engine/main.ts", "ami", "call-engine"],
  server: ["server/main.ts", "asterisk-files"],
};
const [subject = "", ...rest] = process.argv.slice(2);
const known = subjects[subject];
if (known === undefined) {
  console.error(`Usage: node bench/run.ts ${Object.keys(subjects).join("|")} [--quick] [--json]`);
  process.exit(2);
}
const [entry, ...packages] = known;
const installed = join(peers, "node_modules", ".package-lock.json");
const isCurrent =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(peers, "package-lock.json")).mtimeMs;
// Old native helpers of the compared libraries are not needed, and their install scripts not run.
// The server is compared with nobody.
if (!isCurrent && subject !== "server")
  run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], peers, process.stderr);
run(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-b", ...packages.map((name) => `packages/${name}`)],
  root,
  process.stderr,
);
run(process.execPath, [join(import.meta.dirname, entry), ...rest], root, "inherit");
