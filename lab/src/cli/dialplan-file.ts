import { readFile } from "node:fs/promises";
import { AsteriskFilesError, parseConf } from "@cordboard/asterisk-files";
import { LabUsageError } from "../errors.ts";

/**
 * Reads a file of dialplan that is to be added to the lab's own.
 *
 * @throws LabUsageError if it cannot be read, or if Asterisk would not read it as it is meant: says which line
 */
export async function readDialplan(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    const { problems } = parseConf(text, { file });
    const [first] = problems;
    if (first) throw new LabUsageError(`--dialplan: ${first.message} (${first.at.file}, line ${first.at.line})`);
    return text;
  } catch (error) {
    if (error instanceof LabUsageError) throw error;
    const readable = error instanceof AsteriskFilesError || (error as NodeJS.ErrnoException).code !== undefined;
    if (readable) throw new LabUsageError(`--dialplan: ${(error as Error).message}`);
    throw error;
  }
}
