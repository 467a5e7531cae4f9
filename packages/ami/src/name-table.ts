/** A peer that invents names does not grow a table beyond so many, nor by longer ones. */
const maxLearnt = 2048;
const maxLearntLength = 64;
const CR = 13;
const LF = 10;

interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly next: Entry | undefined;
}

/** Names found by their bytes, without making a string of them; each name is one string for all messages. */
export class NameTable {
  readonly #byHash = new Map<number, Entry>();
  #learnt = 0;

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.#add(name);
  }

  /** What a peer has sent, for the next time; not without end. */
  learn(name: string): void {
    if (this.#learnt >= maxLearnt || name.length > maxLearntLength) return;
    this.#learnt++;
    this.#add(name);
  }

  /** The name whose bytes stand from `start` to `end`, if it was added. */
  find(buffer: Uint8Array, start: number, end: number): string | undefined {
    let entry = this.#byHash.get(hashOf(buffer, start, end));
    while (entry !== undefined && !isAt(buffer, start, end, entry.bytes)) entry = entry.next;
    return entry?.name;
  }

  #add(name: string): void {
    const bytes = Buffer.from(name, "utf8");
    const hash = hashOf(bytes, 0, bytes.length);
    this.#byHash.set(hash, { name, bytes, next: this.#byHash.get(hash) });
  }
}

/** Where the line ends that `start` is in: at its CR LF or LF, or at `limit`. */
export function endOfLine(buffer: Uint8Array, start: number, limit: number): number {
  let end = start;
  while (end < limit && buffer[end] !== LF) end++;
  return end > start && buffer[end - 1] === CR ? end - 1 : end;
}

function hashOf(buffer: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + (buffer[index] as number)) | 0;
  return hash;
}

function isAt(buffer: Uint8Array, start: number, end: number, bytes: Uint8Array): boolean {
  if (end - start !== bytes.length) return false;
  for (let index = 0; index < bytes.length; index++) if (buffer[start + index] !== bytes[index]) return false;
  return true;
}
