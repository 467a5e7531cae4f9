import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readCaptureFile } from "@cordboard/pbx";
import type { Recording } from "@cordboard/pbx";
import { CordboardError } from "../errors.ts";

/** Folder of the recorded sessions that the demo plays. */
const RECORDINGS_FOLDER: string = fileURLToPath(new URL("../../recordings/", import.meta.url));

/**
 * Reads the sessions of the demo, in the order of their file names.
 * @throws CordboardError `RECORDING_UNREADABLE`
 */
export async function readRecordings(folder: string = RECORDINGS_FOLDER): Promise<Recording[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith(".jsonl")).sort();
  if (files.length === 0) {
    throw new CordboardError(
      "RECORDING_UNREADABLE",
      `The recorded calls of the demo are missing: no .jsonl file in ${folder}. Install cordboard again, or name a PBX with --pbx.`,
    );
  }
  return Promise.all(files.map((name) => readRecording(`${folder}/${name}`)));
}

/**
 * Reads one capture file.
 * @throws CordboardError `RECORDING_UNREADABLE` with the file's name and what is wrong in it
 */
export async function readRecording(file: string): Promise<Recording> {
  try {
    return await readCaptureFile(file);
  } catch (cause) {
    const { code } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "it does not exist." : (cause as Error).message;
    throw new CordboardError("RECORDING_UNREADABLE", `The recording ${file} cannot be read: ${reason}`, {
      cause,
    });
  }
}
