import { Buffer } from "node:buffer";
import { commandOutput, followsHeadersEnd } from "./command-output.ts";
import { variablesOf } from "./channel-variables.ts";

/** Lines beyond are looked for each time: they are those of long lists, which nobody gets by name. */
const maxKnownLines = 64;
const CR = 13;
const SPACE = 32;
const COLON = 58;

/** `greeting`: the banner line; `other`: a message without Event, Response or Action as its first header. */
export type AmiMessageKind = "greeting" | "event" | "response" | "action" | "other";

/** Above this many bytes a message keeps its bytes and cuts its values out as copies, so that one kept value does not hold them all. */
export const largeMessageBytes = 65_536;

/** The documented names first, any other besides: what is unknown passes through untouched. */
export type AmiHeaderName<Headers extends object> = (keyof Headers & string) | (string & {});

/**
 * One AMI message, as received. Headers are decoded when first read. It owns its memory: it never changes after
 * it was handed out, and holds nothing of the socket's buffers, so it may be kept for as long as one likes.
 */
export class AmiMessage<Headers extends object = Record<string, string>> {
  readonly kind: AmiMessageKind;
  /** The value of Event, Response or Action; the whole line of a greeting; empty otherwise. */
  readonly name: string;
  #text: string | undefined;
  readonly #raw: Buffer | undefined;
  /** Where the first lines begin, as far as `get` has looked. */
  #lines: number[] | undefined;
  /** Made by the decoder. Give `raw` when the text alone cannot restore the bytes, or when the message is large. */
  constructor(kind: AmiMessageKind, name: string, text: string | undefined, raw?: Buffer) {
    this.kind = kind;
    this.name = name;
    this.#text = text;
    this.#raw = raw;
  }

  /** The message as text, line ends included; bytes that are no UTF-8 read as U+FFFD. */
  get text(): string {
    this.#text ??= this.#raw?.toString("utf8") ?? "";
    return this.#text;
  }

  /** A copy of the bytes as they were received, up to and with the empty line. */
  get bytes(): Uint8Array {
    return this.#raw === undefined ? Buffer.from(this.text, "utf8") : Buffer.from(this.#raw);
  }

  /** The first header of that name, in any spelling of upper and lower case. */
  get(header: AmiHeaderName<Headers>): string | undefined {
    const text = this.text;
    const lines = (this.#lines ??= []);
    const length = header.length;
    for (let index = 0, start = 0; ; index++) {
      if (index < lines.length) start = lines[index] as number;
      else {
        start = index === 0 ? 0 : text.indexOf("\n", start) + 1;
        if ((start === 0 && index > 0) || start >= this.#headersEnd(text)) return undefined;
        if (index < maxKnownLines) lines.push(start);
      }
      if (text.charCodeAt(start + length) === COLON && this.#isNamed(text, start, header)) {
        return this.#valueAt(text, start + length, endOfLine(text, start, text.length));
      }
    }
  }

  /** All headers of that name, in any case, in the order of the wire. */
  getAll(header: AmiHeaderName<Headers>): string[] {
    const lower = header.toLowerCase();
    const values: string[] = [];
    this.forEach((name, value) => {
      if (name.length === lower.length && name.toLowerCase() === lower) values.push(value);
    });
    return values;
  }

  /** Calls back for each header in the order of the wire, repeats too. A line without a colon has an empty name. */
  forEach(visit: (name: string, value: string) => void): void {
    const text = this.text;
    const limit = this.#headersEnd(text);
    const isLarge = this.#raw !== undefined;
    let colon = -1;
    for (let start = 0; start < limit;) {
      let next = text.indexOf("\n", start);
      if (next === -1) next = limit;
      const end = next > start && text.charCodeAt(next - 1) === CR ? next - 1 : next;
      if (colon < start) {
        colon = text.indexOf(":", start);
        if (colon === -1) colon = limit;
      }
      if (colon >= end) {
        if (end > start) visit("", this.#cut(text, start, end));
      } else if (isLarge) visit(this.#cut(text, start, colon), this.#valueAt(text, colon, end));
      else
        visit(text.slice(start, colon), text.slice(text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1, end));
      start = next + 1;
    }
  }

  /** All headers as pairs in the order of the wire, repeats too. */
  entries(): [name: string, value: string][] {
    const pairs: [string, string][] = [];
    this.forEach((name, value) => pairs.push([name, value]));
    return pairs;
  }

  /**
   * Channel variables by channel, then by name, from `ChanVariable(channel): name=value`, from
   * `ChanVariable: name=value` with the message's `Channel`, and likewise `DestChanVariable` with `DestChannel`
   * and so on; also from the `Variable: name=value` lines of Status. With a prefix (`Dest`) only that channel's.
   */
  variables(prefix?: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
    return variablesOf(this, prefix);
  }

  /** What a Command printed, line by line, verbatim: the `Output:` lines, or the text before `--END COMMAND--` (Asterisk 13). */
  get output(): string[] {
    return commandOutput(this.name, this.#text, this.#raw);
  }

  /** A plain object: repeated headers become arrays. Names are as on the wire. */
  toObject(): Record<string, string | string[]> {
    const object: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
    this.forEach((name, value) => {
      const known = object[name];
      if (known === undefined) object[name] = value;
      else if (typeof known === "string") object[name] = [known, value];
      else known.push(value);
    });
    return object;
  }

  /** Names the kind and nothing of the content, for values may be secret. */
  toString(): string {
    return `AmiMessage(${this.kind} ${this.kind === "greeting" ? "" : this.name})`;
  }

  /** Where the headers end in the text, and raw text may begin. */
  #headersEnd(text: string): number {
    if (this.kind === "greeting") return 0;
    return this.kind === "response" && this.name === "Follows" ? followsHeadersEnd(text) : text.length;
  }

  /** Given a colon behind it: whether the header that begins there has this name. No name holds a colon. */
  #isNamed(text: string, start: number, header: string): boolean {
    if (text.startsWith(header, start)) return !header.includes(":");
    return text.slice(start, start + header.length).toLowerCase() === header.toLowerCase() && !header.includes(":");
  }

  #valueAt(text: string, colon: number, end: number): string {
    return this.#cut(text, text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1, end);
  }

  /** V8's slices hold on to the whole string they were cut from; of a large message they must not. */
  #cut(text: string, start: number, end: number): string {
    const value = start < end ? text.slice(start, end) : "";
    return this.#raw !== undefined && value.length > 12 ? Buffer.from(value, "utf8").toString("utf8") : value;
  }
}

function endOfLine(text: string, start: number, limit: number): number {
  const next = text.indexOf("\n", start);
  if (next === -1) return limit;
  return next > start && text.charCodeAt(next - 1) === CR ? next - 1 : next;
}
