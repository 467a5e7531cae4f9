import type { ServerResponse } from "node:http";
import type { ClosingMessage } from "@cordboard/sdk";
import { drained } from "./drained.ts";
import { sseFraming } from "./framing.ts";
import type { StreamTransport } from "./stream-transport.ts";

/** After how many milliseconds a browser comes back. */
const retryMs = 2_000;

/** A response of server-sent events. It must not have been started; `headers` go with it. */
export class SseTransport implements StreamTransport {
  readonly framing: typeof sseFraming = sseFraming;
  readonly #response: ServerResponse;
  #ended = false;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string | number | string[] | undefined>>) {
    this.#response = response;
    response.on("error", () => {});
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.socket?.setNoDelay(true);
    response.socket?.setKeepAlive(true, 30_000);
    response.write(`retry: ${retryMs}\n\n`);
  }

  get unsent(): number {
    return this.#response.writableLength;
  }

  write(bytes: Buffer): void {
    if (!this.#ended && !this.#response.destroyed) this.#response.write(bytes);
  }

  drained(below: number): Promise<void> {
    return drained(this.#response, below);
  }

  end(_code: ClosingMessage["code"], graceMs: number): void {
    this.#ended = true;
    this.#response.end();
    const cut = setTimeout(() => this.#response.destroy(), graceMs);
    this.#response.once("close", () => clearTimeout(cut));
  }

  check(): void {
    // A heartbeat to a peer that is gone is never acknowledged, and the operating system gives up.
  }

  onClosed(listener: () => void): void {
    this.#response.once("close", listener);
  }
}
