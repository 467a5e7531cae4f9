import type { DialOutcome, PbxEvent } from "../pbx-event.ts";
import { facts, ModelWire, type Choose, type ModelChannel } from "./model-wire.ts";

/** A device that is rung, perhaps through a Local channel. */
interface Fork {
  readonly leg: ModelChannel;
  readonly local?: readonly [ModelChannel, ModelChannel];
}

/** Somebody who rings others, and waits for one. */
interface Ringing {
  readonly caller: ModelChannel;
  forks: Fork[];
  readonly queue?: string;
}

/** Two who talk, and the Local channel in between, if it stayed. */
interface Talking {
  readonly one: ModelChannel;
  readonly other: ModelChannel;
  readonly local?: readonly [ModelChannel, ModelChannel];
}

/**
 * A small PBX that does what it likes, in the order in which Asterisk tells it, until all its calls are over. What it says is one story;
 * several stories with other tags have nothing in common.
 */
export class ModelPbx {
  readonly #tag: number;
  readonly #choose: Choose;
  readonly #wire: ModelWire;
  #ringing: Ringing[] = [];
  #talking: Talking[] = [];
  #conference: ModelChannel[] = [];
  #parked: ModelChannel[] = [];
  readonly #held = new Set<ModelChannel>();

  constructor(tag: number, choose: Choose) {
    this.#tag = tag;
    this.#choose = choose;
    this.#wire = new ModelWire(tag, choose);
  }

  /** Does so many things, then ends all that goes on. */
  run(actions: number): PbxEvent[][] {
    for (let index = 0; index < actions; index++) this.#act();
    this.#finish();
    return this.#wire.steps;
  }

  #act(): void {
    const [ringing, talking] = [this.#pick(this.#ringing), this.#pick(this.#talking)];
    const actions: (() => void)[] = [() => this.#call(), () => this.#joinConference()];
    if (this.#conference.length > 0) actions.push(() => this.#leaveConference());
    if (this.#parked.length > 0) actions.push(() => this.#retrieve());
    if (ringing !== undefined) {
      const fork = this.#pick(ringing.forks);
      if (fork !== undefined)
        actions.push(
          () => this.#ring(ringing, fork),
          () => this.#answer(ringing, fork),
          () => this.#answer(ringing, fork),
          () => this.#refuse(ringing, fork),
        );
      actions.push(() => this.#giveUp(ringing));
      if (fork !== undefined && fork.local === undefined && ringing.queue === undefined)
        actions.push(() => this.#pickUp(ringing, fork));
    }
    if (talking !== undefined) {
      actions.push(
        () => this.#hold(talking),
        () => this.#hangUp(talking),
        () => this.#consult(talking),
      );
      if (talking.local === undefined)
        actions.push(
          () => this.#transferBlind(talking),
          () => this.#park(talking),
        );
    }
    actions[this.#choose(actions.length)]?.();
    this.#wire.end();
  }

  #finish(): void {
    while (this.#ringing.length > 0) this.#giveUp(this.#ringing[0] as Ringing);
    while (this.#talking.length > 0) this.#hangUp(this.#talking[0] as Talking);
    while (this.#conference.length > 0) this.#leaveConference();
    for (const channel of this.#parked.splice(0)) {
      this.#wire.say({ type: "unparked", channel: facts(channel), parking: parking(channel), why: "gave-up" });
      this.#wire.gone(channel);
      this.#wire.end();
    }
  }

  #call(): void {
    const caller = this.#wire.channel("ring");
    this.#wire.app(caller, "Dial");
    const isQueue = this.#choose(5) === 0;
    if (isQueue) {
      this.#wire.up(caller);
      this.#wire.app(caller, "Queue");
      this.#wire.say({
        type: "queue-joined",
        channel: facts(caller),
        queue: `q${this.#tag}`,
        position: 1 + this.#waiting(),
      });
    }
    this.#dial(caller, 1 + this.#choose(3), isQueue ? `q${this.#tag}` : undefined);
  }

  #waiting(): number {
    return this.#ringing.filter(({ queue }) => queue !== undefined).length;
  }

  #dial(caller: ModelChannel, count: number, queue?: string): void {
    const forks: Fork[] = [];
    for (let index = 0; index < count; index++) forks.push(this.#fork(caller, queue !== undefined));
    this.#ringing.push({ caller, forks, ...(queue === undefined ? {} : { queue }) });
  }

  #fork(caller: ModelChannel, isQueue: boolean): Fork {
    const isLocal = this.#choose(3) === 0;
    if (!isLocal) return { leg: this.#leg(caller, isQueue ? "AppQueue" : "AppDial") };
    const serial = `${this.#tag}-${this.#wire.next()}`;
    const one = this.#wire.channel("down", caller, `Local/x@y-${serial};1`);
    const two = this.#wire.channel("ring", caller, `Local/x@y-${serial};2`);
    one.exten = caller.exten;
    two.exten = `l${serial}`;
    this.#wire.app(one, isQueue ? "AppQueue" : "AppDial");
    this.#wire.say({ type: "dial-begun", caller: facts(caller), destination: facts(one), dialString: "x@y" });
    this.#wire.app(two, "Dial");
    return { leg: this.#leg(two, "AppDial"), local: [one, two] };
  }

  #leg(dialler: ModelChannel, application: string): ModelChannel {
    const leg = this.#wire.channel("down", dialler);
    leg.exten = dialler.exten;
    this.#wire.app(leg, application);
    this.#wire.say({ type: "dial-begun", caller: facts(dialler), destination: facts(leg), dialString: leg.number });
    return leg;
  }

  #ring({ caller }: Ringing, { leg, local }: Fork): void {
    if (leg.state !== "down") return;
    for (const channel of [leg, ...(local === undefined ? [] : [local[0]])]) this.#wire.change(channel, "ringing");
    this.#wire.say({ type: "dial-progress", caller: facts(local?.[1] ?? caller), destination: facts(leg) });
    if (local !== undefined)
      this.#wire.say({ type: "dial-progress", caller: facts(caller), destination: facts(local[0]) });
  }

  #answer(ringing: Ringing, fork: Fork): void {
    const { caller, queue } = ringing;
    const { leg, local } = fork;
    this.#wire.up(leg);
    this.#wire.dialEnd(local?.[1] ?? caller, leg, "answer");
    for (const other of ringing.forks) if (other !== fork) this.#drop(caller, other, "cancel", 26);
    if (local !== undefined) {
      this.#wire.up(local[0]);
      this.#wire.dialEnd(caller, local[0], "answer");
      this.#wire.up(local[1]);
      this.#wire.bridge(leg, local[1]);
    }
    if (queue !== undefined) this.#wire.say({ type: "queue-left", channel: facts(caller), queue, abandoned: false });
    this.#wire.up(caller);
    this.#wire.bridge(local?.[0] ?? leg, caller);
    remove(this.#ringing, ringing);
    const optimised = local !== undefined && this.#choose(2) === 0;
    if (optimised) this.#optimise(caller, local);
    this.#talking.push({ one: caller, other: leg, ...(local === undefined || optimised ? {} : { local }) });
  }

  #optimise(caller: ModelChannel, [one, two]: readonly [ModelChannel, ModelChannel]): void {
    const target = two.bridge;
    if (target === undefined) return;
    this.#wire.leave(caller);
    this.#wire.leave(two);
    this.#wire.enter(caller, target, two.id);
    this.#wire.leave(one);
    this.#wire.gone(two);
    this.#wire.gone(one);
  }

  #refuse(ringing: Ringing, fork: Fork): void {
    this.#drop(ringing.caller, fork, "busy", 17);
    if (ringing.forks.length > 1) ringing.forks = ringing.forks.filter((one) => one !== fork);
    else this.#giveUp({ ...ringing, forks: [] }, ringing);
  }

  #giveUp(ringing: Ringing, listed: Ringing = ringing): void {
    const { caller, forks, queue } = ringing;
    for (const fork of forks) this.#drop(caller, fork, "cancel", 0);
    if (queue !== undefined) this.#wire.say({ type: "queue-left", channel: facts(caller), queue, abandoned: true });
    this.#wire.gone(caller);
    remove(this.#ringing, listed);
    this.#wire.end();
  }

  #drop(caller: ModelChannel, { leg, local }: Fork, outcome: DialOutcome, cause: number): void {
    this.#wire.dialEnd(local?.[1] ?? caller, leg, outcome);
    this.#wire.gone(leg, cause);
    if (local === undefined) return;
    this.#wire.dialEnd(caller, local[0], outcome);
    this.#wire.gone(local[0], cause);
    this.#wire.gone(local[1], cause);
  }

  #pickUp(ringing: Ringing, fork: Fork): void {
    const picker = this.#wire.channel("ring");
    this.#wire.app(picker, "Pickup");
    this.#wire.up(picker);
    this.#wire.app(picker, "AppDial");
    this.#wire.say({ type: "picked-up", picker: facts(picker), target: facts(fork.leg) });
    this.#wire.dialEnd(ringing.caller, picker, "answer");
    for (const other of ringing.forks) this.#drop(ringing.caller, other, "cancel", 26);
    this.#wire.up(ringing.caller);
    this.#wire.bridge(picker, ringing.caller);
    remove(this.#ringing, ringing);
    this.#talking.push({ one: ringing.caller, other: picker });
  }

  #hold({ one, other }: Talking): void {
    const holder = this.#choose(2) === 0 ? one : other;
    const holds = !this.#held.has(holder);
    if (holds) this.#held.add(holder);
    else this.#held.delete(holder);
    this.#wire.say({ type: holds ? "held" : "retrieved", channel: facts(holder) });
    const peer = holder === one ? other : one;
    this.#wire.say({ type: holds ? "music-started" : "music-stopped", channel: facts(peer) });
  }

  #hangUp(talking: Talking): void {
    const { one, other, local } = talking;
    const order = this.#choose(2) === 0 ? [one, other] : [other, one];
    for (const channel of [order[0], ...(local ?? []), order[1]]) if (channel !== undefined) this.#wire.leave(channel);
    for (const channel of [...(local ?? []), ...order]) this.#wire.gone(channel, 16);
    remove(this.#talking, talking);
    this.#wire.end();
  }

  #transferBlind(talking: Talking): void {
    const [by, whom] = this.#choose(2) === 0 ? [talking.one, talking.other] : [talking.other, talking.one];
    this.#wire.say({ type: "blind-transfer", transferer: facts(by), transferee: facts(whom), exten: "777" });
    this.#wire.leave(whom);
    this.#wire.leave(by);
    this.#wire.gone(by, 16);
    whom.exten = `b${this.#wire.next()}`;
    this.#wire.app(whom, "Dial");
    remove(this.#talking, talking);
    this.#dial(whom, 1 + this.#choose(2));
  }

  /** The device of one party calls a third, who answers, and joins them (REFER with Replaces). */
  #consult(talking: Talking): void {
    const [by, whom] = this.#choose(2) === 0 ? [talking.one, talking.other] : [talking.other, talking.one];
    if (talking.local !== undefined) return;
    const again = this.#wire.channel(
      "ring",
      undefined,
      `${by.name.slice(0, by.name.lastIndexOf("-"))}-${this.#wire.next()}`,
    );
    this.#wire.app(again, "Dial");
    const third = this.#leg(again, "AppDial");
    this.#wire.up(third);
    this.#wire.dialEnd(again, third, "answer");
    this.#wire.up(again);
    this.#wire.bridge(third, again);
    this.#wire.end();
    const target = third.bridge;
    if (target === undefined) return;
    this.#wire.leave(whom);
    this.#wire.leave(again);
    this.#wire.enter(whom, target, again.id);
    const [first, second, transferee, joined] = [facts(by), facts(again), facts(whom), facts(third)];
    this.#wire.say({ type: "attended-transfer", first, second, transferee, target: joined, destination: "bridge" });
    this.#wire.leave(by);
    this.#wire.gone(by, 16);
    this.#wire.gone(again, 16);
    remove(this.#talking, talking);
    this.#talking.push({ one: whom, other: third });
  }

  #park(talking: Talking): void {
    const [by, whom] = this.#choose(2) === 0 ? [talking.one, talking.other] : [talking.other, talking.one];
    this.#wire.leave(whom);
    this.#wire.say({ type: "parked", channel: facts(whom), parking: parking(whom) });
    this.#wire.enter(whom, { id: `park${this.#tag}`, kind: "parking", technology: "holding_bridge" });
    this.#wire.leave(by);
    this.#wire.gone(by, 16);
    remove(this.#talking, talking);
    this.#parked.push(whom);
  }

  #retrieve(): void {
    const parked = this.#parked.shift();
    if (parked === undefined) return;
    const retriever = this.#wire.channel("ring");
    this.#wire.app(retriever, "ParkedCall");
    this.#wire.up(retriever);
    this.#wire.leave(parked);
    const bridge = this.#wire.newBridge();
    this.#wire.enter(parked, bridge);
    const channels = { channel: facts(parked), retriever: facts(retriever) };
    this.#wire.say({ type: "unparked", ...channels, parking: parking(parked), why: "retrieved" });
    this.#wire.enter(retriever, bridge);
    this.#talking.push({ one: parked, other: retriever });
  }

  #joinConference(): void {
    const channel = this.#wire.channel("ring");
    this.#wire.up(channel);
    this.#wire.app(channel, "ConfBridge");
    const bridge = { id: `conf${this.#tag}`, kind: "base", technology: "softmix" };
    this.#wire.enter(channel, bridge);
    const room = `${this.#tag}`;
    this.#wire.say({ type: "conference-joined", room, bridge, channel: facts(channel), muted: false, admin: false });
    this.#conference.push(channel);
  }

  #leaveConference(): void {
    const channel = this.#conference.shift();
    if (channel === undefined) return;
    this.#wire.leave(channel);
    this.#wire.say({ type: "conference-left", room: `${this.#tag}`, channel: facts(channel) });
    this.#wire.gone(channel, 16);
    this.#wire.end();
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.#choose(list.length)];
  }
}

function parking({ id }: ModelChannel): { readonly lot: string; readonly space: string } {
  return { lot: "default", space: id };
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index !== -1) list.splice(index, 1);
}
