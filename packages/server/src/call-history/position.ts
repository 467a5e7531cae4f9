/** Where a page ends: behind this call, newest first. */
export interface Position {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly seq: number;
}

/** The opaque `next` of a page. It says only where to go on: neither what was asked for nor by whom. */
export function toCursor({ startedAt, seq }: Position): string {
  return Buffer.from(`1.${String(startedAt)}.${String(seq)}`).toString("base64url");
}

/** Where a `next` points; undefined if it was never given out. */
export function fromCursor(cursor: string): Position | undefined {
  const text = Buffer.from(cursor, "base64url").toString("latin1");
  const match = /^1\.(\d{1,15})\.(\d{1,15})$/u.exec(text);
  if (match === null) return undefined;
  const position = { startedAt: Number(match[1]), seq: Number(match[2]) };
  return toCursor(position) === cursor ? position : undefined;
}
