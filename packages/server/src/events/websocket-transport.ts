import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ClosingMessage } from "@cordboard/sdk";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { webSocketFraming } from "./framing.ts";
import { drained } from "./drained.ts";
import type { StreamTransport } from "./stream-transport.ts";

/** Close codes: 4000 to 4999 are for applications (RFC 6455, section 7.4.2), 1001 is "going away". */
const closeCodes: Readonly<Record<ClosingMessage["code"], number>> = {
  TOKEN_ENDED: 4001,
  TOO_SLOW: 4008,
  SERVER_STOPS: 1001,
};

/** A client has nothing to say here. What it sends all the same may be so long, in bytes. */
const maxPayload = 1024;
/** And so many messages and pings may come in a minute. */
const maxMessages = 60;
/** Seconds between two pings; who has not answered the one before the next is gone. */
const pingEvery = 30;
/** Policy violation (RFC 6455, section 7.4.1). */
const policyViolation = 1008;

const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false, clientTracking: false });

/** Answers an upgrade. A request that is none gets its answer from `ws`, and nothing is called. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  accepted: (transport: StreamTransport) => void,
): void {
  server.handleUpgrade(request, socket, head, (client) => accepted(new WebSocketTransport(client, socket)));
}

/**
 * A WebSocket to which frames are written that were made for all clients at once. Only whole frames are written, so that those of `ws`
 * itself (ping, pong, close) come between them.
 */
class WebSocketTransport implements StreamTransport {
  readonly framing: typeof webSocketFraming = webSocketFraming;
  readonly #client: WebSocket;
  readonly #socket: Duplex;
  #isAlive = true;
  #checks = 0;
  #messages = 0;

  constructor(client: WebSocket, socket: Duplex) {
    this.#client = client;
    this.#socket = socket;
    client.on("message", () => this.#heard());
    client.on("ping", () => this.#heard());
    client.on("pong", () => {
      this.#isAlive = true;
    });
    // What is wrong with a client's frames ends in a close, which is all there is to say.
    client.on("error", () => {});
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer): void {
    if (this.#client.readyState === this.#client.OPEN) this.#socket.write(bytes);
  }

  drained(below: number): Promise<void> {
    return drained(this.#socket, below);
  }

  end(code: ClosingMessage["code"], graceMs: number): void {
    this.#client.close(closeCodes[code], code);
    const cut = setTimeout(() => this.#client.terminate(), graceMs);
    this.#client.once("close", () => clearTimeout(cut));
  }

  check(): void {
    if (++this.#checks % pingEvery !== 0) return;
    this.#messages = 0;
    // A pong waits behind what the client has not read yet; that it reads nothing is found elsewhere.
    if (this.unsent > 0) return;
    if (!this.#isAlive) {
      this.#client.terminate();
      return;
    }
    this.#isAlive = false;
    this.#client.ping();
  }

  onClosed(listener: () => void): void {
    this.#client.once("close", listener);
  }

  #heard(): void {
    if (++this.#messages > maxMessages / (60 / pingEvery)) this.#client.close(policyViolation, "TOO_MANY_MESSAGES");
  }
}
