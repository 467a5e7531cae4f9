/** What a {@link TimelineEntry} is about; for icons and filters. */
export type TimelineKind =
  | "call"
  | "ring"
  | "answer"
  | "not-answered"
  | "hold"
  | "retrieve"
  | "digit"
  | "hear"
  | "queue"
  | "park"
  | "conference"
  | "transfer"
  | "pickup"
  | "voicemail"
  | "stasis"
  | "hangup"
  | "resync";

/** One line for people: `Kai <1000> calls 1002`. */
export interface TimelineEntry {
  /** Milliseconds since 1970, as passed in with the event. */
  readonly at: number;
  readonly kind: TimelineKind;
  /** English, one line, without the time; holds no control characters. */
  readonly text: string;
  /** The channel it is about. */
  readonly uniqueid?: string;
  readonly linkedid?: string;
  /** True when it is about a Local channel; most readers leave these out. */
  readonly plumbing: boolean;
}

/** `14:03:12 Kai <1000> calls 1002`, in the local time zone unless another is named (IANA name). */
export function timelineLine(entry: TimelineEntry, timeZone?: string): string {
  const time = new Date(entry.at).toLocaleTimeString("en-GB", timeZone === undefined ? {} : { timeZone });
  return `${time} ${entry.text}`;
}
