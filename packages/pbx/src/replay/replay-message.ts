import type { TableMessage } from "./channel-fields.ts";

/** An event as it is sent: the text has bytes as Latin-1 characters, what `get` gives is decoded. */
export class ReplayMessage implements TableMessage {
  readonly name: string;
  readonly text: string;
  #headers: Map<string, string> | undefined;

  constructor(text: string) {
    this.text = text;
    this.name = /^Event: ?([^\r\n]*)/i.exec(text)?.[1] ?? "";
  }

  get(header: string): string | undefined {
    this.#headers ??= this.#read();
    return this.#headers.get(header.toLowerCase());
  }

  /** The classes a session needs to see it; none for items of lists. */
  get classes(): readonly string[] {
    return (this.get("Privilege") ?? "").split(",").filter((name) => name !== "" && name !== "all");
  }

  #read(): Map<string, string> {
    const headers = new Map<string, string>();
    for (const line of this.text.split(/\r*\n/)) {
      const colon = line.indexOf(":");
      if (colon === -1) continue;
      const name = line.slice(0, colon).toLowerCase();
      if (!headers.has(name))
        headers.set(name, Buffer.from(line.slice(colon + 1).trimStart(), "latin1").toString("utf8"));
    }
    return headers;
  }
}
