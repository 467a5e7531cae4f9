import { CallRecord } from "./call-record.ts";
import type { CallChange } from "./change.ts";
import { kept } from "./kept-text.ts";
import type { CallKeeper } from "./membership.ts";
import type { Call, Cause } from "./model.ts";
import { publish } from "./publish.ts";

/**
 * All calls of one PBX, and what of them is still to be told.
 *
 * Invariant: after {@link Calls.tell} every call in here has a channel, and what was told of it is how it is.
 */
export class Calls implements CallKeeper {
  readonly #pbx: string;
  readonly #newId: () => string;
  readonly #byId = new Map<string, CallRecord>();
  readonly #touched = new Set<CallRecord>();
  readonly #held = new Set<CallRecord>();
  #sequence = 0;
  /** Set by the engine before each event. */
  at = 0;
  settled = false;

  constructor(pbx: string, newId: () => string) {
    this.#pbx = pbx;
    this.#newId = newId;
  }

  get size(): number {
    return this.#byId.size;
  }

  newCall(): CallRecord {
    const call = new CallRecord(kept(this.#newId()), ++this.#sequence, this.at);
    this.#byId.set(call.id, call);
    this.#touched.add(call);
    return call;
  }

  /** Takes up a call that was told in an earlier life. */
  adopt(call: CallRecord): void {
    this.#byId.set(call.id, call);
  }

  nextSequence(): number {
    return ++this.#sequence;
  }

  touch(call: CallRecord): void {
    this.#touched.add(call);
    if (call.phantoms.size > 0) this.#held.add(call);
    else if (this.#held.size > 0) this.#held.delete(call);
  }

  record(id: string): CallRecord | undefined {
    return this.#byId.get(id);
  }

  /** The call as it was last told; undefined if nothing was. */
  get(id: string): Call | undefined {
    return this.#byId.get(id)?.view;
  }

  /** All calls that were told and are not over. */
  *views(): IterableIterator<Call> {
    for (const { view } of this.#byId.values()) if (view !== undefined) yield view;
  }

  records(): IterableIterator<CallRecord> {
    return this.#byId.values();
  }

  /** The calls that a device holds by way of the server while it talks in another call. */
  withPhantoms(): Iterable<CallRecord> {
    return this.#held;
  }

  /** What has changed since the last time. The calls that go on come before those that ended in them. */
  tell(cause: Cause): CallChange[] {
    const changes: CallChange[] = [];
    if (this.#touched.size === 0) return changes;
    const telling = { pbx: this.#pbx, at: this.at, cause };
    const touched = [...this.#touched];
    this.#touched.clear();
    if (touched.length > 1)
      touched.sort((one, other) => Number(one.channels.size === 0) - Number(other.channels.size === 0));
    for (const call of touched) {
      if (!this.#byId.has(call.id)) continue;
      for (const change of publish(call, telling)) changes.push(change);
      if (call.channels.size > 0) continue;
      this.#byId.delete(call.id);
      this.#held.delete(call);
    }
    return changes;
  }
}
