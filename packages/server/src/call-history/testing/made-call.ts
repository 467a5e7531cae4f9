import type { Call, CallEvent, CallRecord, Connection } from "@cordboard/sdk";
import { callRecord } from "../call-record.ts";
import type { Steps } from "../step-list.ts";
import { stepsAfter } from "../steps.ts";

/** An event without what all have. */
export type Told = CallEvent extends infer One
  ? One extends CallEvent
    ? Omit<One, "call" | "seq" | "epoch" | "cursor" | "pbx" | "time" | "cause"> & {
        readonly cause?: CallEvent["cause"];
      }
    : never
  : never;

/** A connection of a made call. */
export function party(id: string, more: Partial<Connection> = {}): Connection {
  return {
    id,
    device: `PJSIP/${id}`,
    extension: id,
    number: id,
    role: "called",
    state: "alerting",
    channel: `PJSIP/${id}-1`,
    startedAt: "2026-11-21T12:00:00.000Z",
    ...more,
  };
}

/** A call that a test makes up, event by event, in seconds after noon. */
export class MadeCall {
  steps: Steps = [];
  call: Call = {
    id: "made",
    pbx: "office",
    connections: [],
    cleared: [],
    startedAt: "2026-11-21T12:00:00.000Z",
    talks: [],
    userData: {},
  };

  /** Tells an event, after which the call has these connections. */
  tell(second: number, told: Told, connections: readonly Connection[], more: Partial<Call> = {}): CallEvent {
    const time = new Date(Date.parse("2026-11-21T12:00:00.000Z") + second * 1000).toISOString();
    const cleared = told.type === "connection-cleared" ? [...this.call.cleared, told.connection] : this.call.cleared;
    this.call = { ...this.call, ...more, connections: [...connections], cleared };
    const common = {
      seq: 1,
      epoch: "e",
      cursor: "e.1",
      pbx: "office",
      time,
      cause: told.cause ?? "normal",
      call: this.call,
    };
    const event: CallEvent = { ...common, ...told };
    this.steps = stepsAfter(event, this.steps);
    return event;
  }

  /** One goes. */
  clear(second: number, connection: Connection, cause: CallEvent["cause"], left: readonly Connection[]): void {
    const clearedAt = new Date(Date.parse("2026-11-21T12:00:00.000Z") + second * 1000).toISOString();
    this.tell(second, { type: "connection-cleared", cause, connection: { ...connection, clearedAt, cause } }, left);
  }

  /** The end. */
  end(second: number, cause: CallEvent["cause"] = "normal"): CallRecord {
    const event = this.tell(second, { type: "call-cleared", cause }, []);
    if (event.type !== "call-cleared") throw new Error("no end");
    return callRecord(event, this.steps);
  }
}
