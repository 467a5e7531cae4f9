/** One action as a client sent it; first header of a name wins, whatever its case. */
export class ReceivedAction {
  readonly #headers: ReadonlyMap<string, string>;
  /** What Asterisk says instead of doing it, when the message broke a limit. */
  readonly refusal: string | undefined;

  constructor(headers: ReadonlyMap<string, string>, refusal?: string) {
    this.#headers = headers;
    this.refusal = refusal;
  }

  /** The value of that header; empty if it is missing. */
  get(header: string): string {
    return this.#headers.get(header.toLowerCase()) ?? "";
  }
}

/** Asterisk's limits for what it reads: main/manager.c (AST_MAX_MANHEADERS and the session's line buffer of 1025 bytes). */
const maxLineBytes = 1024;
const maxHeaders = 128;

/** Bytes in, actions out, the way Asterisk reads them: an empty line ends one, CR LF or LF; limits refuse the message and go on. */
export class ActionReader {
  #line = "";
  #tooLong = false;
  #count = 0;
  #headers = new Map<string, string>();
  #refusal: string | undefined;

  push(bytes: Uint8Array): ReceivedAction[] {
    const actions: ReceivedAction[] = [];
    const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").split("\n");
    lines.forEach((part, i) => {
      this.#append(part);
      if (i < lines.length - 1) this.#endLine(actions);
    });
    return actions;
  }

  #append(part: string): void {
    if (this.#line.length + part.length > maxLineBytes) this.#tooLong = true;
    if (!this.#tooLong) this.#line += part;
  }

  #endLine(actions: ReceivedAction[]): void {
    const line = Buffer.from(this.#line.replace(/\r+$/, ""), "latin1").toString("utf8");
    const tooLong = this.#tooLong;
    this.#line = "";
    this.#tooLong = false;
    if (tooLong) {
      this.#refusal ??= "Failed to parse message: line too long";
      return;
    }
    if (line !== "") {
      this.#header(line);
      return;
    }
    if (this.#count > 0 || this.#refusal !== undefined) actions.push(new ReceivedAction(this.#headers, this.#refusal));
    this.#headers = new Map();
    this.#count = 0;
    this.#refusal = undefined;
  }

  #header(line: string): void {
    this.#count++;
    if (this.#count > maxHeaders) {
      this.#refusal ??= "Too many lines in message or allocation failure";
      return;
    }
    const colon = line.indexOf(":");
    if (colon === -1) return;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trimStart();
    // Of several Action headers the first that is not empty counts.
    if (!this.#headers.has(name) || (name === "action" && this.#headers.get(name) === ""))
      this.#headers.set(name, value);
  }
}
