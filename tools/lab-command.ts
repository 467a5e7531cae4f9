import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** What the lab knows of one change root; `built` says whether it is there. */
export interface ChangeRoot {
  readonly version: number;
  readonly built: boolean;
  readonly restApiDir: string;
  readonly documentationFile: string;
}

/** Runs a TypeScript program of the project and returns what it printed. */
export function runSource(file: string, args: readonly string[], output: "pipe" | "inherit" = "pipe"): string {
  const printed = execFileSync(process.execPath, ["--conditions=@cordboard/source", join(root, file), ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", output, "inherit"],
  });
  return printed ?? "";
}

/** The change roots of the lab on this machine, built or not. */
export function changeRoots(): readonly ChangeRoot[] {
  const status = JSON.parse(runSource("lab/src/main.ts", ["status", "--json"])) as { changeRoots: ChangeRoot[] };
  return status.changeRoots;
}
