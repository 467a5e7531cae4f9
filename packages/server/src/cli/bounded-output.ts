import { CordboardError } from "../errors.ts";
import type { CliOutput } from "./cli-io.ts";

/** Bytes that may wait for whoever reads our output: minutes of a busy PBX, and no danger to the machine. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** What is needed of a stream of the process. */
export type UnboundedOutput = CliOutput & { readonly writableLength: number };

/**
 * An output that does not grow for ever when its reader stands still (a stopped `less`, a stuck log daemon): Node keeps
 * in memory what a pipe does not take. Beyond `most` bytes `onStalled` gets the error, once; it has to end the process.
 */
export function boundedOutput(
  output: UnboundedOutput,
  onStalled: (error: CordboardError) => void,
  most: number = MAX_WAITING_BYTES,
): CliOutput {
  let stalled = false;
  return {
    ...(output.isTTY === undefined ? {} : { isTTY: output.isTTY }),
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    write(data) {
      if (stalled) return false;
      const taken = output.write(data);
      // One answer may be larger than all of this; only what piles up is a reader that stands still.
      if (output.writableLength - data.length <= most) return taken;
      stalled = true;
      onStalled(
        new CordboardError(
          "OUTPUT_STALLED",
          `Whoever reads the output has not done so for ${Math.round(most / 1024 / 1024)} MB; it ends here instead of filling the memory. Read faster, or write to a file.`,
        ),
      );
      return false;
    },
    on: (event, listener) => output.on(event, listener),
    off: (event, listener) => output.off(event, listener),
  } as CliOutput;
}
