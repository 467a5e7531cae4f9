/** Text of the masked frames that a client sends; others are skipped. Knows no fragments: no library here sends any. */
export class ClientFrames {
  readonly #text: (text: string) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(text: (text: string) => void) {
    this.#text = text;
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const [first = 0, second = 0] = this.#rest;
      const short = second & 0x7f;
      const header = short === 126 ? 4 : 2;
      if (this.#rest.length < header + 4) return;
      const length = short === 126 ? this.#rest.readUInt16BE(2) : short;
      const end = header + 4 + length;
      if (this.#rest.length < end) return;
      const mask = this.#rest.subarray(header, header + 4);
      const payload = this.#rest.subarray(header + 4, end).map((byte, i) => byte ^ (mask[i & 3] ?? 0));
      this.#rest = this.#rest.subarray(end);
      if ((first & 0x0f) === 1) this.#text(Buffer.from(payload).toString());
    }
  }
}
