import { posix } from "node:path";
import type { Problem } from "./errors.ts";
import type { FileReader } from "./file-reader.ts";
import { ProblemList } from "./problem-list.ts";
import { isTooLarge, readGuarded } from "./read-guarded.ts";
import { parseVoicemailInfo, type VoicemailInfo } from "./voicemail-message.ts";

/** Longest `msgNNNN.txt` that is looked into; real ones have less than 1 KiB. */
const MAX_TEXT = 64 * 1024;

/** A message in a folder of a mailbox. */
export interface VoicemailMessage extends VoicemailInfo {
  /** 0 to 9999: the place in the folder. Asterisk renumbers a folder when a message leaves it; `id` is what lasts. */
  readonly number: number;
  /** Path of the files without their ending: `…/INBOX/msg0000`. */
  readonly path: string;
  /** Endings of the audio files beside it, as they are spelt, sorted: `wav`, `WAV`, `gsm`. */
  readonly formats: readonly string[];
}

/** The messages of a folder, and what in it is no readable message. */
export interface VoicemailFolder {
  /** In the order of their numbers, which is the order in which they came. */
  readonly messages: readonly VoicemailMessage[];
  readonly problems: readonly Problem[];
}

/**
 * Lists the messages of one folder of the voicemail spool: `<spool>/voicemail/<context>/<mailbox>/<folder>`. A message is there once its
 * `msgNNNN.txt` is: Asterisk moves the audio first and the text last. Locks, backups and anything else are passed over, and so is
 * a message that goes away while it is read. A folder that is not there is empty: Asterisk makes folders when it needs them.
 * @throws UnreadableFileError for want of rights
 */
export async function listVoicemail(folder: string, reader: FileReader): Promise<VoicemailFolder> {
  const problems = new ProblemList();
  const names = (await readGuarded({ file: folder }, "", () => reader.listFolder(folder))) ?? [];
  const formats = new Map<string, string[]>();
  for (const name of names) {
    const [, base, ending] = /^(msg\d{4})\.([A-Za-z0-9]{1,16})$/.exec(name) ?? [];
    if (base === undefined || ending === undefined) continue;
    const endings = formats.get(base);
    if (endings === undefined) formats.set(base, [ending]);
    else endings.push(ending);
  }
  const messages: VoicemailMessage[] = [];
  for (const [base, endings] of [...formats].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!endings.includes("txt")) continue;
    const path = posix.join(folder, base);
    const text = await readText(`${path}.txt`, reader);
    if (text === undefined) continue;
    const info = text === tooLarge || text.length > MAX_TEXT ? undefined : parseVoicemailInfo(text, `${path}.txt`);
    if (!info) {
      const text = "this is no description of a voicemail message: move it and its audio files out of the spool";
      problems.add("SPOOL_BAD_MESSAGE", { file: `${path}.txt`, line: 1 }, text);
      continue;
    }
    const audio = endings.filter((ending) => ending !== "txt").toSorted();
    messages.push({ number: Number(base.slice(3)), path, formats: audio, ...info });
  }
  return { messages, problems: problems.all };
}

const tooLarge = Symbol("too large");

/** One file that is too large must not hide the messages beside it. */
async function readText(file: string, reader: FileReader): Promise<string | Uint8Array | typeof tooLarge | undefined> {
  try {
    return await readGuarded({ file }, "", () => reader.readFile(file));
  } catch (error) {
    if (isTooLarge(error)) return tooLarge;
    throw error;
  }
}
