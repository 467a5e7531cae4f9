import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

// `node bench/run.ts ami|ari …`: installs the libraries to compare with, builds our own, and starts the comparison.

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

const entries: Readonly<Record<string, string>> = { ami: "ami/main.ts", ari: "ari/main.ts" };
const [subject = "", ...rest] = process.argv.slice(2);
const entry = entries[subject];
if (entry === undefined) {
  console.error(`Usage: node bench/run.ts ${Object.keys(entries).join("|")} [--quick] [--json]`);
  process.exit(2);
}
const installed = join(peers, "node_modules", ".package-lock.json");
const isCurrent =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(peers, "package-lock.json")).mtimeMs;
// Old native helpers of the compared libraries are not needed, and their install scripts not run.
if (!isCurrent) run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], peers, process.stderr);
run(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-b", `packages/${subject}`],
  root,
  process.stderr,
);
run(process.execPath, [join(import.meta.dirname, entry), ...rest], root, "inherit");
