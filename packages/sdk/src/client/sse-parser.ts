/** Thrown by {@link SseParser.push}: one message is longer than allowed. */
export class MessageTooLong extends Error {}

/**
 * Server-sent events (HTML, "Interpreting an event stream"): pieces of text in, the data of whole messages out.
 * Ids, types and comments are left out, for each message of Cordboard's says these itself. What is not finished by an empty
 * line is never told, so a cut stream gives no half message.
 */
export class SseParser {
  readonly #maxLength: number;
  /** Pieces of the line that is not finished; joined once, so that a long line costs no more than its length. */
  #line: string[] = [];
  #data: string[] = [];
  #length = 0;
  #afterCarriageReturn = false;

  /** @param maxLength characters that one message may have, field names included. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** @throws {MessageTooLong} */
  push(text: string): readonly string[] {
    const messages: string[] = [];
    let from = this.#afterCarriageReturn && text.startsWith("\n") ? 1 : 0;
    if (text !== "") this.#afterCarriageReturn = text.endsWith("\r");
    for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n/g)) {
      if (index < from) continue;
      this.#keep(text.slice(from, index));
      from = index + end.length;
      const data = this.#endLine();
      if (data !== undefined) messages.push(data);
    }
    this.#keep(text.slice(from));
    return messages;
  }

  #keep(piece: string): void {
    if (piece === "") return;
    this.#length += piece.length;
    if (this.#length > this.#maxLength) throw new MessageTooLong();
    this.#line.push(piece);
  }

  #endLine(): string | undefined {
    const line = this.#line.join("");
    this.#line = [];
    if (line === "") {
      const data = this.#data;
      this.#data = [];
      this.#length = 0;
      return data.length === 0 ? undefined : data.join("\n");
    }
    const data = /^data(?:: ?|$)/.exec(line);
    if (data !== null) this.#data.push(line.slice(data[0].length));
    else this.#length -= line.length;
    return undefined;
  }
}
