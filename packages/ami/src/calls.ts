import { type AmiError, AmiOverflowError } from "./errors.ts";
import type { AmiMessage } from "./message.ts";
import type { PendingCall } from "./pending-call.ts";

/** Lists given up by their caller whose items may still come; more than this are forgotten. */
const maxAbandoned = 1000;
/** The calls that wait for a reply, by ActionID and by nothing else. */
export class Calls {
  readonly #pending = new Map<string, PendingCall>();
  readonly #abandoned = new Set<string>();
  readonly #limit: number;
  readonly #prefix: string;
  /** The ActionID of pings, whose reply nobody waits for: any byte is a sign of life. */
  readonly pingId: string;
  #late = 0;
  #stray = 0;
  #expectEvents = 0;

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

  get blocked(): boolean {
    for (const call of this.#pending.values()) if (call.blocking) return true;
    return false;
  }

  /** Whether a reply in events is awaited. */
  get expectsEvents(): boolean {
    return this.#expectEvents > 0;
  }

  /** Adds to `wanted` the events that replies are made of; `undefined` if they can be any. */
  addExpected(wanted: Set<string> | undefined): Set<string> | undefined {
    if (wanted === undefined) return undefined;
    if (!this.expectsEvents) return wanted;
    for (const call of this.#pending.values()) {
      if (call.expects === undefined) return undefined;
      for (const name of call.expects) wanted.add(name);
    }
    return wanted;
  }

  /** @throws AmiOverflowError `AMI_QUEUE_FULL` */
  checkRoom(): void {
    if (this.#pending.size < this.#limit) return;
    throw new AmiOverflowError("AMI_QUEUE_FULL", `${this.#limit} actions wait for their reply already (maxPending)`, {
      retryable: true,
    });
  }

  add(call: PendingCall): void {
    this.#pending.set(call.id, call);
    if (call.expects?.length !== 0) this.#expectEvents++;
  }

  /** `early`: the reply may still come. */
  remove(call: PendingCall, early: boolean): void {
    if (!this.#pending.delete(call.id)) return;
    if (call.expects?.length !== 0) this.#expectEvents--;
    if (!early || !call.ownsItems) return;
    this.#abandoned.add(call.id);
    if (this.#abandoned.size > maxAbandoned) this.#abandoned.delete(this.#abandoned.values().next().value as string);
  }

  response(message: AmiMessage): void {
    const id = message.get("ActionID");
    const call = id === undefined ? undefined : this.#pending.get(id);
    if (call !== undefined) call.response(message);
    else if (id?.startsWith(this.#prefix) !== true) this.#stray++;
    else if (id !== this.pingId) this.#late++;
  }

  /** Returns whether the event belongs to a reply and is no news for anybody else. */
  event(message: AmiMessage): boolean {
    if (this.#expectEvents === 0 && this.#abandoned.size === 0) return false;
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
  }
}
