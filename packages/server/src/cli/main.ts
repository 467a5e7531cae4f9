import { readFileSync } from "node:fs";
import { CordboardError } from "../errors.ts";
import { boundedOutput } from "./bounded-output.ts";
import { buildProgram } from "./program.ts";
import { reportError } from "./report-error.ts";
import type { CliIo } from "./cli-io.ts";

// `ps` shows this instead of the arguments, among which there may be a secret.
process.title = "cordboard";

const args = process.argv.slice(2);
const stop = new AbortController();
const reloads = new Set<() => void>();
const io: CliIo = {
  stdout: boundedOutput(process.stdout, fail),
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  signal: stop.signal,
  onReload: (listener) => {
    reloads.add(listener);
    return () => reloads.delete(listener);
  },
  exitCode: 0,
};

/** Ends with an error that comes when nobody can be told of it any more. */
function fail(error: CordboardError): never {
  process.exit(reportError(io, error, { json: args.includes("--json"), debug: args.includes("--debug") }));
}

for (const name of ["SIGINT", "SIGTERM"] as const) {
  // The first asks to end, a second one ends at once (Node's default, for the listener is gone).
  process.once(name, () => stop.abort());
}
process.on("SIGHUP", () => {
  if (reloads.size === 0) stop.abort();
  for (const reload of reloads) reload();
});
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Who piped us into `head` has seen enough.
    if (error.code === "EPIPE") process.exit(io.exitCode);
    const cause = { cause: error };
    fail(new CordboardError("FILE_UNWRITABLE", `The output cannot be written: ${error.message}`, cause));
  });
}

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
try {
  await buildProgram(io, version).parseAsync(args, { from: "user" });
} catch (error) {
  io.exitCode = reportError(io, error, { json: args.includes("--json"), debug: args.includes("--debug") });
}
process.exitCode = io.exitCode;
