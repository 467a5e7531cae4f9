import { describeChange } from "./describe-change.ts";
import type { Change } from "../change.ts";
import type { CallEngine } from "../engine.ts";
import type { Call, ConnectionState } from "../model.ts";

/** How far a connection has come; it never goes back. A held or waiting one is as far as a connected one. */
const progress: Readonly<Record<ConnectionState, number>> = {
  null: 0,
  initiated: 1,
  alerting: 1,
  fail: 2,
  connected: 3,
  hold: 3,
  queued: 3,
};

/** Keeps books on all that an engine tells, and finds what must never be. */
export class Books {
  readonly problems: string[] = [];
  readonly #calls = new Map<string, Call>();
  readonly #ended = new Set<string>();

  /** Calls that were told and have not ended. */
  get open(): readonly Call[] {
    return [...this.#calls.values()];
  }

  /** Calls that have ended. */
  get ended(): number {
    return this.#ended.size;
  }

  enter(changes: readonly Change[], engine: CallEngine): void {
    for (const change of changes) if ("call" in change) this.#enterCall(change);
    this.#checkState(engine);
  }

  #enterCall(change: Extract<Change, { readonly call: Call }>): void {
    const { call, type } = change;
    const before = this.#calls.get(call.id);
    if (this.#ended.has(call.id)) this.#problem("told after its end", change);
    if ((before === undefined) !== (type === "originated")) this.#problem("does not begin with originated", change);
    if (before !== undefined) this.#checkProgress(before, change);
    if (call.connections.some(({ id }, index) => call.connections.findIndex((one) => one.id === id) !== index))
      this.#problem("has a connection twice", change);
    for (const talk of call.talks)
      if (talk.connections.length < 2 || (talk.endedAt ?? talk.startedAt) < talk.startedAt)
        this.#problem("has an impossible talk", change);
    if (type !== "call-cleared") {
      this.#calls.set(call.id, call);
      return;
    }
    this.#calls.delete(call.id);
    this.#ended.add(call.id);
    if (call.connections.length > 0 || call.clearedAt === undefined) this.#problem("ends with somebody in it", change);
    if (call.talks.some(({ endedAt }) => endedAt === undefined)) this.#problem("ends while somebody talks", change);
  }

  #checkProgress(before: Call, change: Extract<Change, { readonly call: Call }>): void {
    for (const { id, state } of before.connections) {
      const after = change.call.connections.find((one) => one.id === id);
      if (after !== undefined && progress[after.state] < progress[state]) this.#problem("goes back", change);
    }
  }

  #checkState(engine: CallEngine): void {
    const calls = engine.calls();
    const seen = new Set<string>();
    for (const call of calls) {
      if (!this.#calls.has(call.id)) this.problems.push(`${call.id} is there and was not told`);
      for (const { id, channel } of call.connections) {
        if (channel === undefined) continue;
        if (seen.has(id)) this.problems.push(`${id} is in two calls`);
        seen.add(id);
      }
    }
    if (calls.length !== this.#calls.size) this.problems.push("a call was told that is not there");
  }

  #problem(what: string, change: Change): void {
    this.problems.push(`${what}: ${describeChange(change)}`);
  }
}
