import { readFileSync } from "node:fs";

/** Names one process for ever: a pid alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat (proc(5)): clock ticks since boot at which it started. */
  readonly startTime: string;
  /** /proc/sys/kernel/random/boot_id: start times count from a boot. */
  readonly bootId: string;
}

/** The identity of a running process; undefined if there is none with that pid. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in field 2 may hold blanks and brackets: count from the last bracket on.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, startTime] = [fields[0], fields[19]];
    if (startTime === undefined || state === "Z" || state === "X") return undefined;
    return { pid, startTime, bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Whoever cannot look must not conclude that nobody is there.
    if (code !== "ENOENT" && code !== "ESRCH") throw error;
    return undefined;
  }
}

/** True if that very process still runs (a zombie does not). */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}
