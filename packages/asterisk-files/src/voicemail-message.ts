import { parseCallerId, type CallerId } from "./caller-id.ts";
import { ConfBuilder, type SectionBuilder } from "./conf-builder.ts";
import { AsteriskFilesError } from "./errors.ts";
import { parseConf } from "./parse-conf.ts";
import { ProblemList } from "./problem-list.ts";

/** What `msgNNNN.txt` says of a message. A field that the file lacks, or has in no usable form, is undefined. */
export interface VoicemailInfo {
  /** `msg_id`: unique in its mailbox but for copies; missing until Asterisk has needed it once, in files of old releases. */
  readonly id: string | undefined;
  /** The mailbox that it was left in, which may not be the one it is in. */
  readonly origMailbox: string | undefined;
  readonly callerId: CallerId;
  /** The caller as written, for what {@link parseCallerId} makes nothing of. */
  readonly callerIdText: string | undefined;
  readonly callerChannel: string | undefined;
  readonly context: string | undefined;
  readonly exten: string | undefined;
  readonly priority: string | undefined;
  /** Undefined if the call was not redirected. */
  readonly rdnis: string | undefined;
  /** When it was left. */
  readonly origTime: Date | undefined;
  /** The same as text, in the language and time zone of the server. */
  readonly origDate: string | undefined;
  readonly category: string | undefined;
  readonly urgent: boolean;
  /** Seconds. */
  readonly duration: number | undefined;
}

/**
 * Reads the text of a `msgNNNN.txt` (`[message]` in the form of a `.conf`, apps/app_voicemail.c of Asterisk 16 to 23).
 * @returns undefined if it is something else
 */
export function parseVoicemailInfo(text: string | Uint8Array, file: string): VoicemailInfo | undefined {
  const section = messageSection(text, file);
  if (!section) return undefined;
  const field = (name: string): string | undefined => section.last(name)?.value || undefined;
  const callerIdText = field("callerid");
  const origTime = wholeNumber(field("origtime"), 8_640_000_000_000);
  const rdnis = field("rdnis");
  return {
    id: field("msg_id"),
    origMailbox: field("origmailbox"),
    callerId: parseCallerId(callerIdText ?? ""),
    callerIdText,
    callerChannel: field("callerchan"),
    context: field("context"),
    exten: field("exten"),
    priority: field("priority"),
    rdnis: rdnis?.toLowerCase() === "unknown" ? undefined : rdnis,
    origTime: origTime === undefined ? undefined : new Date(origTime * 1000),
    origDate: field("origdate"),
    category: field("category"),
    urgent: field("flag")?.toLowerCase() === "urgent",
    duration: wholeNumber(field("duration"), 86_400 * 365),
  };
}

function messageSection(text: string | Uint8Array, file: string): SectionBuilder | undefined {
  const builder = new ConfBuilder(new ProblemList(), 1000);
  let section: SectionBuilder | undefined;
  try {
    for (const statement of parseConf(text, { file }).statements) section = builder.add(statement, file, section);
  } catch (error) {
    if (error instanceof AsteriskFilesError) return undefined;
    throw error;
  }
  return section?.name.toLowerCase() === "message" ? section : undefined;
}

function wholeNumber(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= max ? number : undefined;
}
