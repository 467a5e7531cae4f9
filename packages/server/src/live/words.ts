import type { Cause } from "@cordboard/pbx";

const plural = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIXES: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };

/** `1st`, `2nd`, `11th`. */
export function ordinal(position: number): string {
  return `${position}${SUFFIXES[plural.select(position)] ?? "th"}`;
}

/** `1 call`, `2 calls`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** A stretch of time for people, from milliseconds: `5 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const FAILURES: Readonly<Partial<Record<Cause, string>>> = {
  busy: "is busy",
  "no-answer": "does not answer",
  rejected: "rejects the call",
  unreachable: "cannot be reached",
  "unknown-number": "is an unknown number",
  congestion: "cannot be reached (congestion)",
  failed: "cannot be reached",
};

/** What became of one who was called: `is busy`; undefined for causes that are nobody's failure. */
export function failure(cause: Cause): string | undefined {
  return FAILURES[cause];
}

const APPLICATIONS: Readonly<Record<string, string>> = {
  BackGround: "is in a menu",
  Background: "is in a menu",
  BackgroundDetect: "is in a menu",
  ChanSpy: "listens in",
  Dictate: "dictates",
  Directory: "is in the directory",
  Echo: "talks to the echo",
  MP3Player: "hears music",
  MusicOnHold: "hears music",
  Page: "pages",
  Playback: "hears an announcement",
  Playtones: "hears tones",
  Read: "is in a menu",
  ReceiveFAX: "sends a fax",
  Record: "records",
  SayDigits: "hears an announcement",
  SayNumber: "hears an announcement",
  SayUnixTime: "hears an announcement",
  SendFAX: "receives a fax",
  Stasis: "is in a Stasis application",
  VoiceMail: "reaches voicemail",
  VoiceMailMain: "listens to voicemail",
  WaitExten: "is in a menu",
};

/** What an application of the dialplan does with somebody: `hears music`. Those that only steer a call to people have no words. */
export function servedBy(application: string | undefined): string | undefined {
  if (application === undefined || ["ConfBridge", "MeetMe", "ParkedCall", "Queue"].includes(application))
    return undefined;
  return APPLICATIONS[application] ?? `is in ${application}`;
}
