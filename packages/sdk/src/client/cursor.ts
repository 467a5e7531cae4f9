/** `<epoch>.<seq>`, taken apart. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** Undefined if it is no cursor. */
export function positionOf(cursor: string): Position | undefined {
  const dot = cursor.lastIndexOf(".");
  const seq = Number(cursor.slice(dot + 1));
  return dot > 0 && dot < cursor.length - 1 && Number.isSafeInteger(seq) && seq >= 0
    ? { epoch: cursor.slice(0, dot), seq }
    : undefined;
}
