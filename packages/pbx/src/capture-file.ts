import { open } from "node:fs/promises";
import type { CaptureSink } from "./capture-writer.ts";
import { PbxCaptureError } from "./errors.ts";

/**
 * A new file to capture into, unless told otherwise readable by its owner alone: a capture holds names and numbers of callers.
 * @throws PbxCaptureError `PBX_CAPTURE_WRITE` if it exists or cannot be made
 */
export async function captureFile(path: string, mode: number = 0o600): Promise<CaptureSink> {
  const file = await open(path, "wx", mode).catch((error: unknown) => {
    throw new PbxCaptureError(
      "PBX_CAPTURE_WRITE",
      `Cannot create ${path}: it exists, or the folder cannot be written.`,
      {
        cause: error,
      },
    );
  });
  return {
    write: (text) => file.appendFile(text),
    close: () => file.close(),
  };
}
