import type { Call, Connection } from "../call.ts";
import type { StreamEvent } from "../stream-event.ts";

const TIME = "2026-11-21T15:04:05.678Z";

const connection = (id: string, extension: string): Connection => ({
  id,
  device: `PJSIP/${extension}`,
  extension,
  role: "caller",
  state: "connected",
  channel: `PJSIP/${extension}-${id}`,
  startedAt: TIME,
});

/** A stream of events as a server keeps it: numbered, its oldest ones thrown away, and the calls that there are. */
export class FakeLog {
  epoch = "e1";
  seq = 0;
  /** The last event that is not kept any more. */
  forgotten = 0;
  events: StreamEvent[] = [];
  readonly calls = new Map<string, Call>();
  /** Called whenever there is more to tell. */
  onMore: () => void = () => {};

  get cursor(): string {
    return `${this.epoch}.${this.seq}`;
  }

  /** A call of these extensions begins, goes on, or ends. */
  tell(
    type: "originated" | "established" | "call-cleared",
    id: string,
    extensions: readonly string[] = ["1000"],
  ): void {
    const connections = extensions.map((extension, at) => connection(`${id}.${at}`, extension));
    const call: Call = {
      id,
      pbx: "hq",
      connections: type === "call-cleared" ? [] : connections,
      cleared: [],
      startedAt: TIME,
      talks: [],
      userData: {},
    };
    if (type === "call-cleared") this.calls.delete(id);
    else this.calls.set(id, call);
    this.seq++;
    const [first = connection("none", "none")] = connections;
    const numbered = { seq: this.seq, epoch: this.epoch, cursor: this.cursor, pbx: "hq", time: TIME } as const;
    this.events.push(
      type === "call-cleared"
        ? { ...numbered, type, cause: "normal", call }
        : { ...numbered, type, cause: "normal", call, connection: first },
    );
    this.onMore();
  }

  /** Nothing up to now can be told again. */
  forget(): void {
    this.forgotten = this.seq;
    this.events = [];
  }

  /** The log was lost. */
  begin(epoch: string): void {
    this.epoch = epoch;
    this.seq = 0;
    this.forgotten = 0;
    this.events = [];
  }

  /** Whether everything behind a cursor can be told. */
  knows(cursor: string): boolean {
    const [epoch, seq] = cursor.split(".");
    return epoch === this.epoch && Number(seq) >= this.forgotten && Number(seq) <= this.seq;
  }

  snapshot(): object {
    const empty = {
      pbxs: [],
      queues: [],
      conferenceRooms: [],
      parkedCalls: [],
      extensions: [],
      presences: [],
      mailboxes: [],
    };
    return { type: "snapshot", cursor: this.cursor, time: TIME, ...empty, calls: [...this.calls.values()] };
  }

  heartbeat(): object {
    return { type: "heartbeat", cursor: this.cursor, time: TIME };
  }

  /** What a connection begins with, and the seq behind it. */
  opening(query: URLSearchParams): { readonly messages: readonly object[]; readonly seq: number } {
    const after = query.get("after");
    if (after !== null && this.knows(after)) return { messages: [], seq: Number(after.split(".")[1]) };
    const gap = after === null ? [] : [{ type: "gap", cursor: this.cursor, reason: "too-old" }];
    const wanted = after !== null || query.get("snapshot") !== "false";
    return { messages: [...gap, ...(wanted ? [this.snapshot()] : [])], seq: this.seq };
  }

  after(seq: number): readonly StreamEvent[] {
    return this.events.filter((event) => event.seq > seq);
  }
}

/** One message as server-sent events carry it. */
export function sseText(message: object): string {
  const { type, cursor } = message as { type?: string; cursor?: string };
  return `id: ${cursor}\nevent: ${type}\ndata: ${JSON.stringify(message)}\n\n`;
}
