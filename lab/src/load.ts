import { spawn, type ChildProcess } from "node:child_process";
import { loadAddresses, loadNumber } from "./config/lab-numbers.ts";
import { LabInstanceError, LabUsageError } from "./errors.ts";
import type { LabAsterisk } from "./lab-asterisk.ts";

/** What a load test does. */
export interface Load {
  /** How many calls in all. */
  readonly calls: number;
  /** New calls a second. */
  readonly rate: number;
  /** How long each call lasts, in seconds. */
  readonly seconds: number;
}

/** What became of it. */
export interface LoadResult {
  readonly successful: number;
  readonly failed: number;
  /** How long it took. */
  readonly seconds: number;
}

/** Each call takes two ports for each of its two legs. */
const portsPerCall = 4;

/**
 * Places many calls with SIPp (from the change root) through Asterisk to another SIPp that answers them. There is no voice in them.
 *
 * @throws LabUsageError if more calls would stand at once than the instance has ports; LabInstanceError `LAB_LOAD_FAILED`
 */
export async function placeLoad(lab: LabAsterisk, load: Load): Promise<LoadResult> {
  const most = Math.floor((lab.ports.rtpEnd - lab.ports.rtpStart) / portsPerCall);
  const atOnce = Math.min(load.calls, Math.ceil(load.rate * (load.seconds + 0.5)));
  if (atOnce > most) {
    throw new LabUsageError(
      `${atOnce} calls would stand at the same time, and there are ports for ${most}: lower the rate or the seconds.`,
    );
  }
  const startedAt = performance.now();
  const run = (address: string, more: string): ChildProcess => sipp(lab, `-i ${address} -nostdin ${more}`.split(" "));
  // Should this process die, the answering side ends by itself.
  const longest = Math.ceil(load.calls / load.rate + load.seconds + 60);
  const callee = run(loadAddresses.callee, `-sn uas -p ${lab.ports.load} -timeout ${longest}s`);
  try {
    const pace = `-m ${load.calls} -r ${load.rate} -d ${load.seconds * 1000} -recv_timeout 20000`;
    const caller = run(loadAddresses.caller, `-sn uac -s ${loadNumber} ${pace} ${lab.host}:${lab.ports.sip}`);
    const output = await outputOf(caller);
    const count = (what: string): number =>
      Number(new RegExp(`${what} call\\s*\\|\\s*\\d+\\s*\\|\\s*(\\d+)`, "u").exec(output)?.[1] ?? -1);
    const [successful, failed] = [count("Successful"), count("Failed")];
    if (successful < 0) throw new LabInstanceError("LAB_LOAD_FAILED", `SIPp did not run: ${output.trim().slice(-500)}`);
    return { successful, failed, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
  } finally {
    callee.kill("SIGKILL");
  }
}

/** SIPp runs where Asterisk does: in its mount name space and change root. */
function sipp(lab: LabAsterisk, args: readonly string[]): ChildProcess {
  return spawn(
    "nsenter",
    [
      "--target",
      `${lab.pid}`,
      "--mount",
      "chroot",
      lab.changeRoot,
      "sh",
      "-c",
      'cd /tmp; exec sipp "$@"',
      "sipp",
      ...args,
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "dumb", LC_ALL: "C" },
    },
  );
}

function outputOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const keep = (bytes: Buffer): void => {
      output = (output + bytes.toString()).slice(-20_000);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("error", reject);
    child.once("close", () => resolve(output));
  });
}
