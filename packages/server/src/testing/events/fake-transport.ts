import type { ClosingMessage, StreamMessage } from "@cordboard/sdk";
import type { Framing } from "../../events/framing.ts";
import type { StreamTransport } from "../../events/stream-transport.ts";

const lines: Framing = { name: "websocket", frame: (_type, _cursor, json) => Buffer.from(`${json}\n`) };

/** A client in the same process: reads as much as the test lets it. */
export class FakeTransport implements StreamTransport {
  readonly framing: Framing = lines;
  readonly received: StreamMessage[] = [];
  endedWith: ClosingMessage["code"] | undefined;
  /** Reads all at once as long as this is true. */
  reads: boolean;
  #waiting = Buffer.alloc(0);
  #closed = false;
  readonly #listeners: (() => void)[] = [];
  #drained: (() => void)[] = [];

  constructor(reads = true) {
    this.reads = reads;
  }

  get unsent(): number {
    return this.#waiting.length;
  }

  write(bytes: Buffer): void {
    if (this.#closed || this.endedWith !== undefined) return;
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    if (this.reads) this.take();
  }

  /** Takes so many bytes of what waits. */
  take(count = Infinity): void {
    const end = this.#waiting.lastIndexOf("\n", Math.min(count, this.#waiting.length) - 1) + 1;
    const text = this.#waiting.subarray(0, end).toString();
    this.#waiting = this.#waiting.subarray(end);
    for (const line of text.split("\n")) if (line !== "") this.received.push(JSON.parse(line) as StreamMessage);
    if (this.#waiting.length > 0) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  drained(below: number): Promise<void> {
    if (this.#closed || this.unsent < below) return Promise.resolve();
    return new Promise((resolve) => void this.#drained.push(resolve));
  }

  end(code: ClosingMessage["code"]): void {
    this.endedWith = code;
  }

  check(): void {}

  onClosed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The wire is cut: what waited is lost. */
  cut(): void {
    this.#closed = true;
    this.#waiting = Buffer.alloc(0);
    for (const resolve of this.#drained.splice(0)) resolve();
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
