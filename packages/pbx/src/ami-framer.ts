/** A message, or a part of one that is longer than the limit; bytes as Latin-1 characters. */
export interface AmiFrame {
  readonly text: string;
  /** True for the first part of a message. */
  readonly first: boolean;
}

/**
 * Cuts one direction of a link into whole messages, so that nothing is judged by half of it. Holds at most
 * `maxMessageBytes`: a longer message comes in parts that end with a line, a longer line loses its end.
 */
export class AmiFramer {
  readonly #maxMessageBytes: number;
  #pending = "";
  #searched = 0;
  #first = true;
  #skipping = false;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Takes in bytes as they came; gives the messages that they complete. */
  push(bytes: Uint8Array): AmiFrame[] {
    this.#pending += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    const frames: AmiFrame[] = [];
    for (;;) {
      if (this.#skipping && !this.#skipLine()) break;
      const end = this.#messageEnd();
      if (end === -1) break;
      this.#give(frames, end, true);
    }
    while (this.#pending.length > this.#maxMessageBytes) {
      const end = this.#pending.lastIndexOf("\n") + 1;
      if (end > 0) this.#give(frames, end, false);
      else this.#cutLine(frames);
    }
    return frames;
  }

  /** The link ended: what whole lines are left. A torn line is dropped, for it may be half of a secret. */
  end(): AmiFrame[] {
    const frames: AmiFrame[] = [];
    const end = this.#skipping ? 0 : this.#pending.lastIndexOf("\n") + 1;
    if (end > 0) this.#give(frames, end, true);
    this.#pending = "";
    this.#searched = 0;
    this.#first = true;
    this.#skipping = false;
    return frames;
  }

  #messageEnd(): number {
    // The greeting is one line without an empty one after it.
    if (this.#first && /^Asterisk Call Manager[^\n]*\n/.test(this.#pending)) return this.#pending.indexOf("\n") + 1;
    const blank = /\n\r*\n/g;
    blank.lastIndex = Math.max(0, this.#searched - 3);
    const found = blank.exec(this.#pending);
    this.#searched = this.#pending.length;
    return found === null ? -1 : found.index + found[0].length;
  }

  #give(frames: AmiFrame[], end: number, last: boolean): void {
    frames.push({ text: this.#pending.slice(0, end), first: this.#first });
    this.#pending = this.#pending.slice(end);
    this.#searched = 0;
    this.#first = last;
  }

  #cutLine(frames: AmiFrame[]): void {
    const name = /^[^:]{0,200}/.exec(this.#pending)?.[0] ?? "";
    frames.push({ text: `${name}: [cut]\r\n`, first: this.#first });
    this.#pending = "";
    this.#searched = 0;
    this.#first = false;
    this.#skipping = true;
  }

  /** Drops the rest of a line that was cut; false while its end has not come. */
  #skipLine(): boolean {
    const end = this.#pending.indexOf("\n");
    if (end === -1) {
      this.#pending = "";
      return false;
    }
    this.#pending = this.#pending.slice(end);
    this.#searched = 0;
    this.#skipping = false;
    return true;
  }
}
