/** A place in the log: behind the event `seq` of `epoch`. */
export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
}

/** Writes a cursor as clients get it. */
export function formatCursor(epoch: string, seq: number): string {
  return `${epoch}.${seq}`;
}

/** Reads what a client gave; undefined if it is none. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, digits] = /^([0-9a-z]{1,40})\.(0|[1-9]\d{0,15})$/.exec(text) ?? [];
  const seq = Number(digits);
  return epoch === undefined || !Number.isSafeInteger(seq) ? undefined : { epoch, seq };
}
