import type { Readable } from "node:stream";

/** One of the known values; a newer Asterisk may send another. */
export type OpenEnum<Known extends string> = Known | (string & {});

/** ISO 8601 with milliseconds and a zone without colon: `2026-11-21T07:21:24.586+0000`; `parseAriDate` reads it. */
export type AriDate = string;

/** Variables to set; `report_events` (20.20, 22.10, 23.4) adds the variable to each event of the channel or bridge. A new bridge takes the object form only. */
export type VariableValues = Readonly<
  Record<string, string | { readonly value: string; readonly report_events?: boolean }>
>;

/** The body of `PUT /applications/{name}/eventFilter`. Disallowed wins; an empty `allowed` allows all; `{}` resets both. */
export interface EventFilterBody {
  readonly allowed?: readonly { readonly type: string }[];
  readonly disallowed?: readonly { readonly type: string }[];
}

/** A stored recording on its way; read it or destroy the stream, for it holds a connection. */
export interface AriDownload {
  /** As the server says: `audio/wav`. */
  readonly contentType: string;
  /** Bytes, if the server says. */
  readonly length?: number;
  readonly stream: Readable;
  /** Reads it all. @throws {AriError} `ARI_LINK_LOST` if it breaks off, `ARI_TIMEOUT` if nothing comes for the call's `timeoutMs`, `ARI_ABORTED`. */
  buffer(): Promise<Buffer>;
}

/** Any event, of whatever type: what a newer Asterisk or a module of one's own sends passes through untouched. */
export interface UnknownAriEvent {
  readonly type: string;
  readonly application?: string;
  readonly timestamp?: AriDate;
  readonly asterisk_id?: string;
  readonly [key: string]: unknown;
}
