import { readFileSync } from "node:fs";

/** What a process has used since it began. */
export interface ProcessUsage {
  /** User and system time of all its threads, in seconds; counted in ticks of 10 ms. */
  readonly cpuSeconds: number;
  /** Resident memory now, and the most it ever was, in MB (1,048,576 bytes). */
  readonly rssMb: number;
  readonly peakRssMb: number;
}

/** Ticks a second of /proc's times (USER_HZ): 100 on every Linux that Node runs on. */
const ticks = 100;

/** Reads /proc/PID/stat and /proc/PID/status (proc(5)). */
export function usageOf(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in field 2 may hold blanks and brackets: fields count from the last bracket on.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "mu").exec(status)?.[1]);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks,
    rssMb: kilobytes("VmRSS") / 1024,
    peakRssMb: kilobytes("VmHWM") / 1024,
  };
}
