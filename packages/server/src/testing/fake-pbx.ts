import { CallEngine, fromAmi } from "@cordboard/call-engine";
import type { ChannelFacts, ChannelState, Change, PbxEvent, PbxSnapshot } from "@cordboard/call-engine";
import { trace } from "@cordboard/call-engine/testing";
import type {
  Call,
  ConferenceRoom,
  Extension,
  Mailbox,
  PbxNews,
  PbxNotice,
  PbxServerInfo,
  PbxState,
  Presence,
  Queue,
} from "@cordboard/pbx";
import type { LiveSource } from "../live/live-board.ts";

type Listeners = { [N in keyof PbxNews]?: Set<(news: PbxNews[N]) => unknown> };

/** Somebody with one phone. */
export interface Person {
  readonly number: string;
  readonly name?: string;
}

/** A call of two that a test leads. */
export interface FakeCall {
  readonly caller: ChannelFacts;
  readonly called: ChannelFacts;
  answer(): void;
  hold(): void;
  end(): void;
}

/** A PBX without a wire: the call engine, told what happens by the test. */
export class FakePbx implements LiveSource {
  readonly id: string;
  state: PbxState = "idle";
  server: PbxServerInfo = { replay: false };
  notices: readonly PbxNotice[] = [];
  /** Milliseconds since 1970 of what happens next. */
  now: number;
  readonly #engine: CallEngine;
  readonly #listeners: Listeners = {};
  #extensions: readonly Extension[] = [];
  #made = 0;

  constructor(id: string, now: number = Date.now()) {
    this.id = id;
    this.now = now;
    this.#engine = new CallEngine({ pbx: id, newCallId: () => `${id}-${++this.#made}` });
  }

  get calls(): readonly Call[] {
    return this.#engine.calls();
  }

  get queues(): readonly Queue[] {
    return this.#engine.queues();
  }

  get conferenceRooms(): readonly ConferenceRoom[] {
    return this.#engine.conferenceRooms();
  }

  get presences(): readonly Presence[] {
    return this.#engine.presences();
  }

  get mailboxes(): readonly Mailbox[] {
    return this.#engine.mailboxes();
  }

  get extensions(): readonly Extension[] {
    return this.#extensions;
  }

  extension(number: string): Extension | undefined {
    return this.#extensions.find((one) => one.number === number);
  }

  extensionOf(device: string): string | undefined {
    return this.#extensions.find(({ devices }) => devices.includes(device))?.number;
  }

  on<N extends keyof PbxNews>(name: N, listener: (news: PbxNews[N]) => unknown): () => void {
    const set = (this.#listeners[name] ??= new Set() as never) as Set<(news: PbxNews[N]) => unknown>;
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  emit<N extends keyof PbxNews>(name: N, news: PbxNews[N]): void {
    const set = this.#listeners[name];
    for (const listener of set ?? []) listener(news);
  }

  /** How many listen. */
  get listeners(): number {
    return Object.values(this.#listeners).reduce((sum, set) => sum + set.size, 0);
  }

  tell(changes: readonly Change[]): void {
    for (const change of changes) this.emit("change", { pbx: this.id, at: this.now, change });
  }

  /** Something happens on the PBX. */
  happens(...events: readonly PbxEvent[]): void {
    for (const event of events) this.tell(this.#engine.apply(event, this.now));
  }

  /** A recorded session of the call engine's fixtures, `22/basic.jsonl`, up to the first event of which `until` is true; its end is now. */
  plays(file: string, until: (event: PbxEvent) => boolean = () => false): void {
    const { steps } = trace(file);
    const began = this.now - (steps.at(-1)?.at ?? 0);
    let started = false;
    for (const step of steps) {
      this.now = began + step.at;
      if (step.kind === "snapshot") {
        // Several sessions may go on at once: the snapshot of one knows nothing of the others.
        if (!started && this.calls.length === 0) this.snapshots(step.snapshot);
        started = true;
        continue;
      }
      const event = fromAmi(step.message);
      if (event === undefined) continue;
      this.happens(event);
      if (until(event)) return;
    }
  }

  /** The snapshot after a login: the first, or `gapMs` after the link was lost. */
  snapshots(snapshot: PbxSnapshot, gapMs = 0): void {
    const { state } = this;
    this.state = "syncing";
    const changes = this.#engine.reconcile(snapshot, this.now);
    this.tell(changes);
    this.emit("resync", { at: this.now, first: gapMs === 0, gapMs, changes });
    this.state = state;
  }

  /** Every call is over when the link is back. */
  forgets(gapMs: number): void {
    this.snapshots({ channels: [] }, gapMs);
  }

  /** Somebody calls somebody, whose phone rings. */
  dials(from: Person, to: Person): FakeCall {
    const id = ++this.#made;
    const leg = ({ number, name }: Person, index: number, state: ChannelState): ChannelFacts => ({
      id: `${id}.${index}`,
      linkedid: `${id}.1`,
      name: `PJSIP/${number}-${id}${index}`,
      state,
      number,
      ...(name === undefined ? {} : { callerName: name }),
      context: "internal",
      exten: index === 1 ? to.number : "s",
    });
    const [caller, called] = [leg(from, 1, "ring"), leg(to, 2, "down")];
    const bridge = { id: `bridge-${id}`, kind: "basic", technology: "simple_bridge" };
    const up = (facts: ChannelFacts): ChannelFacts => ({ ...facts, state: "up" });
    this.happens(
      { type: "channel-new", channel: caller },
      { type: "channel-new", channel: called },
      { type: "dial-begun", caller, destination: called, dialString: to.number },
      { type: "channel-changed", channel: { ...called, state: "ringing" } },
    );
    return {
      caller,
      called,
      answer: () =>
        this.happens(
          { type: "channel-changed", channel: up(called) },
          { type: "dial-ended", caller, destination: up(called), outcome: "answer" },
          { type: "channel-changed", channel: up(caller) },
          { type: "bridge-entered", bridge, channel: up(called) },
          { type: "bridge-entered", bridge, channel: up(caller) },
        ),
      hold: () => this.happens({ type: "held", channel: up(caller) }),
      end: () =>
        this.happens(
          { type: "channel-gone", channel: called, cause: 16 },
          { type: "channel-gone", channel: caller, cause: 16 },
        ),
    };
  }

  /** All calls end, as when Asterisk is stopped. */
  stops(): void {
    this.happens({ type: "pbx-down" });
  }

  /** It is known now who these are. */
  knows(...extensions: readonly Extension[]): void {
    this.#extensions = extensions;
    this.emit("directory", { changed: extensions, removed: [] });
  }

  become(to: PbxState, cause?: Error): void {
    const from = this.state;
    this.state = to;
    this.emit("state", { from, to, ...(cause === undefined ? {} : { cause }) });
  }
}
