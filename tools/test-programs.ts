import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { changeRoots, runSource } from "./lab-command.ts";

/** A kind of test that needs a program which `npm ci` does not bring. */
export interface Suite {
  /** The vitest project. */
  readonly project: "lab" | "browser";
  readonly name: string;
  /** What is missing for it on this machine, or undefined when it can run. */
  readonly missing: () => string | undefined;
  /** The command that makes it run. */
  readonly remedy: string;
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
}

/** Whether `program` is on the PATH and executable. */
export function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The suites that are left out where their program is missing. */
export const suites: readonly Suite[] = [
  {
    project: "lab",
    name: "real Asterisk",
    missing: () => {
      if (process.getuid?.() !== 0) return "root, which its change roots need";
      if (!onPath("debootstrap")) return "debootstrap";
      const unbuilt = changeRoots()
        .filter(({ built }) => !built)
        .map(({ version }) => version);
      return unbuilt.length > 0 ? `the change root of Asterisk ${unbuilt.join(" and ")}` : undefined;
    },
    remedy: "sudo npm run test:install && sudo npm test",
    packages: ["debootstrap", "openssl", "ca-certificates"],
  },
  {
    project: "browser",
    name: "Chromium",
    missing: () => (onPath("chromium") ? undefined : "chromium"),
    remedy: "sudo npm run test:install",
    packages: ["chromium"],
  },
];

/** Installs what the suites need from Debian's packages and makes the change roots; needs root. */
export function installTestPrograms(): void {
  if (process.getuid?.() !== 0) throw new Error("Installing Debian packages needs root: sudo npm run test:install");
  const wanted = suites.flatMap((suite) => suite.packages);
  const apt = (...args: string[]): void => {
    execFileSync("apt-get", args, { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  };
  if (!onPath("debootstrap") || !onPath("chromium")) {
    apt("-qq", "update");
    apt("-qq", "install", "-y", "--no-install-recommends", ...wanted);
  }
  runSource("lab/src/main.ts", ["install"], "inherit");
}
