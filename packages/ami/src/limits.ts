import { AmiProtocolError } from "./errors.ts";

/** What a peer may send at most; more is an {@link AmiProtocolError}. */
export interface AmiLimits {
  /** Bytes of one line; default 262,144. */
  readonly maxLineBytes: number;
  /** Lines of one message; default 500,000 (a Command reply has one for each line it prints). */
  readonly maxHeaders: number;
  /** Bytes of one message; default 33,554,432. */
  readonly maxMessageBytes: number;
}

export const defaultLimits: AmiLimits = { maxLineBytes: 262_144, maxHeaders: 500_000, maxMessageBytes: 33_554_432 };

/** @throws AmiProtocolError `AMI_LINE_TOO_LONG`, `AMI_TOO_MANY_HEADERS`, `AMI_MESSAGE_TOO_LONG` for the message from `start` to `end`. */
export function checkMessage(buffer: Buffer, start: number, end: number, limits: AmiLimits): void {
  checkMessageBytes(end - start, limits);
  let lines = 0;
  for (let line = start; line < end;) {
    const newline = buffer.indexOf(10, line);
    checkLineBytes(newline - line, limits);
    // The empty line at the end is none of them.
    if (++lines > limits.maxHeaders + 1)
      throw passed("AMI_TOO_MANY_HEADERS", `has more than ${limits.maxHeaders} lines`, "maxHeaders");
    line = newline + 1;
  }
}

export function checkMessageBytes(bytes: number, { maxMessageBytes }: AmiLimits): void {
  if (bytes > maxMessageBytes)
    throw passed("AMI_MESSAGE_TOO_LONG", `is longer than ${maxMessageBytes} bytes`, "maxMessageBytes");
}

export function checkLineBytes(bytes: number, { maxLineBytes }: AmiLimits): void {
  if (bytes > maxLineBytes)
    throw passed("AMI_LINE_TOO_LONG", `has a line longer than ${maxLineBytes} bytes`, "maxLineBytes");
}

function passed(code: AmiProtocolError["code"], what: string, limit: keyof AmiLimits): AmiProtocolError {
  return new AmiProtocolError(code, `An AMI message ${what} (limits.${limit})`, { retryable: true });
}
