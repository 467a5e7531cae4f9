import { Buffer } from "node:buffer";
import { commandOutput, followsHeadersEnd } from "./command-output.ts";
import { variablesOf } from "./channel-variables.ts";

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
  /** Three positions in the text for each header: begin, colon (begin - 1 if there is none), end. */
  #marks: number[] | undefined;

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
    const marks = this.#marks ?? this.#parse();
    for (let index = 0; index < marks.length; index += 3) {
      if (this.#isNamed(marks, index, header)) return this.#valueAt(marks, index);
    }
    return undefined;
  }

  /** All headers of that name, in any case, in the order of the wire. */
  getAll(header: AmiHeaderName<Headers>): string[] {
    const marks = this.#marks ?? this.#parse();
    const values: string[] = [];
    for (let index = 0; index < marks.length; index += 3) {
      if (this.#isNamed(marks, index, header)) values.push(this.#valueAt(marks, index));
    }
    return values;
  }

  /** Calls back for each header in the order of the wire, repeats too. A line without a colon has an empty name. */
  forEach(visit: (name: string, value: string) => void): void {
    const marks = this.#marks ?? this.#parse();
    const text = this.text;
    const isLent = this.#raw !== undefined;
    for (let index = 0; index < marks.length; index += 3) {
      const start = marks[index] as number;
      const colon = marks[index + 1] as number;
      if (isLent || colon < start) visit(this.#cut(start, colon), this.#valueAt(marks, index));
      else
        visit(
          text.slice(start, colon),
          text.slice(text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1, marks[index + 2]),
        );
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

  #isNamed(marks: readonly number[], index: number, header: string): boolean {
    const start = marks[index] as number;
    if ((marks[index + 1] as number) - start !== header.length) return false;
    const text = this.text;
    return (
      text.startsWith(header, start) || text.slice(start, start + header.length).toLowerCase() === header.toLowerCase()
    );
  }

  #valueAt(marks: readonly number[], index: number): string {
    const begin = (marks[index + 1] as number) + 1;
    if (begin === marks[index]) return this.#cut(begin, marks[index + 2] as number);
    return this.#cut(this.text.charCodeAt(begin) === 32 ? begin + 1 : begin, marks[index + 2] as number);
  }

  /** V8's slices hold on to the whole string they were cut from; of a large message they must not. */
  #cut(start: number, end: number): string {
    if (start >= end) return "";
    const value = this.text.slice(start, end);
    return this.#raw !== undefined && value.length > 12 ? Buffer.from(value, "utf8").toString("utf8") : value;
  }

  #parse(): number[] {
    const marks: number[] = [];
    const text = this.text;
    let limit = text.length;
    if (this.kind === "greeting") limit = 0;
    else if (this.name === "Follows") limit = followsHeadersEnd(text);
    let colon = -1;
    for (let start = 0; start < limit;) {
      let next = text.indexOf("\n", start);
      if (next === -1) next = limit;
      const end = next > start && text.charCodeAt(next - 1) === 13 ? next - 1 : next;
      if (colon < start) {
        colon = text.indexOf(":", start);
        if (colon === -1) colon = limit;
      }
      if (colon < end) marks.push(start, colon, end);
      else if (end > start) marks.push(start, start - 1, end);
      start = next + 1;
    }
    this.#marks = marks;
    return marks;
  }
}
