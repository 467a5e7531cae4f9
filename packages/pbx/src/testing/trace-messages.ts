import { readdirSync, readFileSync } from "node:fs";
import type { TableMessage } from "../replay/channel-fields.ts";

const folder = new URL("../../fixtures/", import.meta.url);

/** A message made of header lines, read the plainest way. */
export class PlainMessage implements TableMessage {
  readonly name: string;
  readonly headers: readonly (readonly [string, string])[];

  constructor(headers: readonly (readonly [string, string])[]) {
    this.headers = headers;
    const [first] = headers;
    this.name = first !== undefined && ["Event", "Response"].includes(first[0]) ? first[1] : "";
  }

  get(header: string): string | undefined {
    return this.headers.find(([name]) => name.toLowerCase() === header.toLowerCase())?.[1];
  }
}

/** An event with these headers. */
export function event(name: string, headers: Readonly<Record<string, string>> = {}): PlainMessage {
  return new PlainMessage([["Event", name], ["Privilege", "call,all"], ...Object.entries(headers)]);
}

/** The names of the recorded sessions: `basic`, `park`, … */
export const traceNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith(".ami.txt"))
  .map((file) => file.slice(0, -".ami.txt".length));

/** The bytes of a recorded session. */
export function traceBytes(name: string): Uint8Array {
  return readFileSync(new URL(`${name}.ami.txt`, folder));
}

/** The messages of a recorded session, snapshot actions first. */
export function traceMessages(name: string): PlainMessage[] {
  const text = Buffer.from(traceBytes(name))
    .toString("utf8")
    .replace(/^Asterisk Call Manager[^\n]*\n/, "");
  return text
    .split("\r\n\r\n")
    .filter((block) => block.trim() !== "")
    .map(
      (block) =>
        new PlainMessage(
          block.split("\r\n").map((line) => {
            const colon = line.indexOf(":");
            return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
          }),
        ),
    );
}
