import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { crc32 } from "node:zlib";
import type { StreamMessage } from "@cordboard/sdk";
import { WebSocket } from "ws";
import type { Random } from "./random.ts";

/** Where a follower listens, and to what. */
export interface FollowerOptions {
  readonly name: string;
  readonly transport: "websocket" | "sse";
  /** Port of the server, or of a relay before it. */
  readonly port: number;
  readonly token: string;
  /** More of the query, such as `extension=1002`. */
  readonly filter?: string;
  /** Go on behind this cursor; without it: a snapshot, and from now on. */
  readonly after?: string;
  readonly random: Random;
}

/** One numbered event as it came: its number and a checksum of its text. */
export interface Taken {
  readonly seq: number;
  readonly sum: number;
}

/**
 * A client of `/api/v1/events` that comes back by its cursor whenever it is cut off, and writes down what it got.
 */
export class Follower implements AsyncDisposable {
  readonly name: string;
  readonly transport: "websocket" | "sse";
  readonly filter: string;
  readonly taken: Taken[] = [];
  /** What should never be: an event twice, out of order, a gap, a snapshot nobody asked for, a refusal. */
  readonly problems: string[] = [];
  /** Connections that came about. */
  connections = 0;
  /** Behind this cursor its events begin. */
  startCursor: string | undefined;
  cursor: string | undefined;
  /** Number of the last `call-cleared`. */
  lastCleared = 0;
  /** Ids of the calls that have ended, in order. */
  readonly cleared: string[] = [];
  /** How often the server said good-bye, by code. */
  readonly closings: Map<string, number> = new Map();
  readonly #options: FollowerOptions;
  readonly #following: Promise<void>;
  #hangUp: () => void = () => {};
  #over = false;

  constructor(options: FollowerOptions) {
    this.name = options.name;
    this.transport = options.transport;
    this.filter = options.filter ?? "";
    this.#options = options;
    this.cursor = options.after;
    this.startCursor = options.after;
    this.#following = this.#follow();
  }

  /** Cuts itself off, in the middle of whatever comes. */
  cut(): void {
    this.#hangUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#hangUp();
    await this.#following;
  }

  async #follow(): Promise<void> {
    while (!this.#over) {
      await (this.#options.transport === "sse" ? this.#listenToSse() : this.#listenToWebSocket());
      if (!this.#over) await sleep(5 + this.#options.random(200));
    }
  }

  get #path(): string {
    const query = [this.filter, this.cursor === undefined ? "" : `after=${this.cursor}`].filter((part) => part !== "");
    return `/api/v1/events?${query.join("&")}`;
  }

  get #headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.#options.token}` };
  }

  #listenToWebSocket(): Promise<void> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${this.#options.port}${this.#path}`, { headers: this.#headers });
      this.#hangUp = () => socket.terminate();
      socket.on("open", () => this.connections++);
      socket.on("message", (data: Buffer) => this.#take(data.toString("utf8")));
      socket.on("unexpected-response", (_, response) => {
        this.#refused(response);
        socket.terminate();
      });
      // A wire that is cut is not an error here.
      socket.on("error", () => {});
      socket.on("close", () => resolve());
    });
  }

  #listenToSse(): Promise<void> {
    return new Promise((resolve) => {
      const asked: ClientRequest = request(
        { host: "127.0.0.1", port: this.#options.port, path: this.#path, headers: this.#headers, agent: false },
        (response) => {
          if (response.statusCode !== 200) {
            this.#refused(response);
            asked.destroy();
            return;
          }
          this.connections++;
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            const blocks = (text + chunk).split("\n\n");
            text = blocks.pop() ?? "";
            for (const block of blocks) this.#takeBlock(block);
          });
          response.on("error", () => {});
        },
      );
      this.#hangUp = () => asked.destroy();
      asked.on("error", () => {});
      asked.on("close", () => resolve());
      asked.end();
    });
  }

  #refused(response: IncomingMessage): void {
    response.resume();
    // Answered while it starts or stops.
    if (response.statusCode !== 503) this.problems.push(`refused with ${response.statusCode}`);
  }

  #takeBlock(block: string): void {
    const lines = block.split("\n");
    const field = (name: string): string =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
    const data = field("data");
    if (data === "") return;
    const message = this.#take(data);
    if ("seq" in message && field("id") !== message.cursor)
      this.problems.push(`SSE id ${field("id")} at ${message.cursor}`);
    if (field("event") !== message.type) this.problems.push(`SSE event ${field("event")} for ${message.type}`);
  }

  #take(text: string): StreamMessage {
    const message = JSON.parse(text) as StreamMessage;
    if ("seq" in message) {
      const before = this.taken.at(-1)?.seq ?? 0;
      if (message.seq <= before) this.problems.push(`event ${message.seq} after ${before}`);
      if (this.filter === "" && before > 0 && message.seq !== before + 1)
        this.problems.push(`event ${message.seq} follows ${before}`);
      this.taken.push({ seq: message.seq, sum: crc32(text) });
      if (message.type === "call-cleared") {
        this.lastCleared = message.seq;
        this.cleared.push(message.call.id);
      }
    } else if (message.type === "snapshot") {
      if (this.cursor !== undefined) this.problems.push(`a snapshot instead of what came behind ${this.cursor}`);
      this.startCursor ??= message.cursor;
    } else if (message.type === "gap") this.problems.push(`a gap (${message.reason}) behind ${this.cursor}`);
    else if (message.type === "closing") this.closings.set(message.code, (this.closings.get(message.code) ?? 0) + 1);
    this.cursor = message.cursor;
    return message;
  }
}
