import { type AmiError, AmiOverflowError } from "./errors.ts";
import type { AmiMessage } from "./message.ts";
import type { PendingCall } from "./pending-call.ts";

/** Lists given up by their caller whose items may still come; more than this are forgotten. */
const maxAbandoned = 1000;

/** The calls that wait for a reply, by ActionID and by nothing else. */
export class Calls {
  readonly #pending = new Map<string, PendingCall>();
  readonly #abandoned = new Set<string>();
  /** Given up by their caller while Asterisk's session is still busy with them and reads nothing else. */
  readonly #deafening = new Set<string>();
  readonly #limit: number;
  readonly #prefix: string;
  /** The ActionID of pings, whose reply nobody waits for: any byte is a sign of life. */
  readonly pingId: string;
  #late = 0;
  #stray = 0;
  /** Events that replies are made of, and how many calls wait for each; under `*` those that wait for any. */
  readonly #expected = new Map<string, number>();

  /** `prefix`: what every ActionID of this client begins with. */
  constructor(prefix: string, limit: number) {
    this.#prefix = prefix;
    this.pingId = `${prefix}ping`;
    this.#limit = limit;
  }

  get size(): number {
    return this.#pending.size;
  }

  get late(): number {
    return this.#late;
  }

  get stray(): number {
    return this.#stray;
  }

  /** True while Asterisk's session is busy with one action and reads no other. */
  get blocked(): boolean {
    if (this.#deafening.size > 0) return true;
    for (const call of this.#pending.values()) if (call.blocking) return true;
    return false;
  }

  /** Adds to `wanted` the events that replies are made of; `undefined` if they can be any. */
  addExpected(wanted: Set<string> | undefined): Set<string> | undefined {
    if (wanted === undefined) return undefined;
    if (this.#expected.has("*")) return undefined;
    for (const name of this.#expected.keys()) wanted.add(name);
    return wanted;
  }

  /** @throws AmiOverflowError `AMI_QUEUE_FULL` */
  checkRoom(): void {
    if (this.#pending.size < this.#limit) return;
    throw new AmiOverflowError("AMI_QUEUE_FULL", `${this.#limit} actions wait for their reply already (maxPending)`, {
      retryable: true,
    });
  }

  /** Returns whether other events are expected than before. */
  add(call: PendingCall): boolean {
    this.#pending.set(call.id, call);
    return this.#count(call, 1);
  }

  /** `early`: the reply may still come. Returns whether other events are expected than before. */
  remove(call: PendingCall, early: boolean): boolean {
    if (!this.#pending.delete(call.id)) return false;
    if (early && call.blocking) this.#deafening.add(call.id);
    if (early && call.ownsItems) {
      this.#abandoned.add(call.id);
      if (this.#abandoned.size > maxAbandoned) this.#abandoned.delete(this.#abandoned.values().next().value as string);
    }
    return this.#count(call, -1);
  }

  response(message: AmiMessage): void {
    const id = message.get("ActionID");
    const call = id === undefined ? undefined : this.#pending.get(id);
    if (call !== undefined) call.response(message);
    else if (id?.startsWith(this.#prefix) !== true) this.#stray++;
    else if (id !== this.pingId) {
      this.#late++;
      this.#deafening.delete(id);
      // No items follow.
      if (message.name === "Error") this.#abandoned.delete(id);
    }
  }

  /** Returns whether the event belongs to a reply and is no news for anybody else. */
  event(message: AmiMessage): boolean {
    if (this.#expected.size === 0 && this.#abandoned.size === 0) return false;
    const id = message.get("ActionID");
    if (id === undefined) return false;
    const call = this.#pending.get(id);
    if (call !== undefined) return call.event(message);
    if (!this.#abandoned.has(id)) return false;
    if (message.name.endsWith("Complete")) this.#abandoned.delete(id);
    return true;
  }

  /** Settles all of them. */
  failAll(error: (action: string) => AmiError): void {
    for (const call of this.#pending.values()) call.fail(error(call.action));
    this.#abandoned.clear();
    this.#deafening.clear();
  }

  #count(call: PendingCall, by: 1 | -1): boolean {
    let isChanged = false;
    for (const name of call.expects ?? ["*"]) {
      const before = this.#expected.get(name) ?? 0;
      if (before + by === 0) this.#expected.delete(name);
      else this.#expected.set(name, before + by);
      isChanged ||= before === 0 || before + by === 0;
    }
    return isChanged;
  }
}
