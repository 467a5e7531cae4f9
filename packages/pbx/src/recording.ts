/** First line of a capture file. */
export interface RecordingHeader {
  /** Version of the format, 1. */
  readonly cordboardCapture: 1;
  /** Version of the Asterisk that was recorded, if known. */
  readonly asterisk?: string;
  /** When the recording began, ISO 8601. */
  readonly recorded?: string;
  /** What there is to see, for people: `Basic call`. */
  readonly note?: string;
}

/** One message (or, of a message beyond the limit, a part) as it crossed a link. */
export interface RecordingRecord {
  /** Milliseconds since the recording began. */
  readonly at: number;
  readonly link: "ami" | "ari";
  readonly from: "asterisk" | "client";
  /** The bytes, secrets replaced; in the file as text, or as base64 where they are no UTF-8. */
  readonly data: Uint8Array;
}

/** A capture file as read. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly records: readonly RecordingRecord[];
  /** Records the writer had to leave out because its sink was too slow. */
  readonly dropped: number;
}
