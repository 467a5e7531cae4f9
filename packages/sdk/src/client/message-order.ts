import type { GapMessage } from "../stream-event.ts";
import { positionOf } from "./cursor.ts";
import type { Position } from "./cursor.ts";
import type { EventMessage } from "./events-options.ts";
import { readMessage } from "./read-message.ts";

/** What to tell, and the cursor behind all of it; without one the stream is where it was. */
export interface Telling {
  readonly messages: readonly EventMessage[];
  readonly cursor?: string;
}

/** What one message means for who iterates; or that the server ends the connection, or is wrong. */
export type Step =
  | ({ readonly kind: "tell" } & Telling)
  | { readonly kind: "closing"; readonly reason: string }
  | { readonly kind: "bad"; readonly reason: string };

/**
 * Each event once and in order, over all connections of one stream: texts of messages in, what to tell out. Pure.
 *
 * A gap is told together with its snapshot: a connection that is cut between the two is as if neither had come.
 */
export class MessageOrder {
  readonly #snapshots: boolean;
  #position: Position | undefined;
  #gap: GapMessage | undefined;

  constructor(options: { readonly after: string | undefined; readonly snapshots: boolean }) {
    this.#snapshots = options.snapshots;
    this.#position = options.after === undefined ? undefined : positionOf(options.after);
  }

  /** A new connection, opened behind the last message that was told. */
  reconnected(): void {
    this.#gap = undefined;
  }

  take(text: string): Step {
    const read = readMessage(text);
    if (read.kind === "bad") return read;
    const { cursor } = read.message;
    const position = positionOf(cursor);
    if (position === undefined) return { kind: "bad", reason: "its cursor is none" };
    if (read.kind === "unknown") return this.#advance(position, cursor, []);
    const { message } = read;
    switch (message.type) {
      case "closing":
        return { kind: "closing", reason: `${message.code}: ${message.message}` };
      case "gap":
        this.#gap = message;
        return { kind: "tell", messages: [] };
      case "snapshot": {
        if (this.#position !== undefined && this.#gap === undefined)
          return { kind: "bad", reason: "a snapshot came without a gap" };
        const messages = [...(this.#gap === undefined ? [] : [this.#gap]), ...(this.#snapshots ? [message] : [])];
        this.#gap = undefined;
        this.#position = position;
        return { kind: "tell", messages, cursor };
      }
      case "heartbeat":
        return this.#advance(position, cursor, []);
      default:
        return this.#advance(position, cursor, [message]);
    }
  }

  #advance(position: Position, cursor: string, messages: readonly EventMessage[]): Step {
    const before = this.#position;
    if (this.#gap !== undefined) return { kind: "bad", reason: "no snapshot came after a gap" };
    if (before !== undefined && before.epoch !== position.epoch)
      return { kind: "bad", reason: "another epoch began without a gap" };
    if (before !== undefined && position.seq <= before.seq) return { kind: "tell", messages: [] };
    this.#position = position;
    return { kind: "tell", messages, cursor };
  }
}
