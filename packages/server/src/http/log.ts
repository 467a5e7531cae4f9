import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";
import type { ServerConfig } from "../config/schema.ts";

/** What a log may leave unwritten while whoever reads it stands still; beyond it lines are dropped, and that is said. */
const MAX_UNWRITTEN_BYTES = 16 * 1024 * 1024;

/** A log that is written without making anybody wait. */
export interface ServerLog {
  readonly logger: Logger;
  /** Writes what is left, before the process ends. */
  flush(): void;
}

/** JSON lines to a file handle: 2 is standard error. */
export function openLog(level: ServerConfig["log"]["level"], fd: number): ServerLog {
  const destination = pino.destination({ dest: fd, sync: false, maxLength: MAX_UNWRITTEN_BYTES });
  const logger = createLog(level, destination);
  let dropped = 0;
  destination.on("drop", () => {
    dropped++;
  });
  destination.on("drain", () => {
    if (dropped > 0) logger.warn({ dropped }, "lines of the log were dropped: nobody read it");
    dropped = 0;
  });
  // Without a log the server works on.
  destination.on("error", () => {});
  return {
    logger,
    flush: () => {
      try {
        destination.flushSync();
      } catch {
        // It is not open yet, or nobody reads it.
      }
    },
  };
}

/** A logger. What could be secret is hidden wherever it stands, should anybody ever log it. */
export function createLog(level: ServerConfig["log"]["level"], destination: DestinationStream): Logger {
  const names = ["authorization", "cookie", "secret", "token", "password", "ticket"];
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: names
          .flatMap((name) => [`*.${name}`, `*.*.${name}`, `*.headers["${name}"]`])
          .concat("secret", "authorization"),
        censor: "[hidden]",
      },
    },
    destination,
  );
}
