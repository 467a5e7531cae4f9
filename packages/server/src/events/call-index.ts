import type { Call, Connection } from "@cordboard/sdk";
import { keyOf } from "./key-of.ts";

/** Calls by id, by extension and by channel. */
export class CallIndex {
  readonly #calls = new Map<string, Call>();
  readonly #counts = new Map<string, number>();
  readonly #byExtension = new Map<string, Set<string>>();
  readonly #byChannel = new Map<string, string>();

  get(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  all(): IterableIterator<Call> {
    return this.#calls.values();
  }

  countOf(pbx: string): number {
    return this.#counts.get(pbx) ?? 0;
  }

  /** The call in which a channel talks, and its connection there. */
  place(pbx: string, channelId: string): { readonly callId: string; readonly connection: Connection } | undefined {
    const callId = this.#byChannel.get(keyOf(pbx, channelId));
    const call = callId === undefined ? undefined : this.#calls.get(callId);
    const connection = call?.connections.find(({ id }) => id === channelId);
    return callId === undefined || connection === undefined ? undefined : { callId, connection };
  }

  /** Ids of the calls that an extension takes part in, the oldest first. */
  idsOf(pbx: string, extension: string): string[] {
    const ids = [...(this.#byExtension.get(keyOf(pbx, extension)) ?? [])];
    const began = (id: string): string => `${this.#calls.get(id)?.startedAt} ${id}`;
    return ids.length < 2 ? ids : ids.toSorted((one, other) => (began(one) < began(other) ? -1 : 1));
  }

  set(call: Call): void {
    const before = this.#calls.get(call.id);
    if (before === call) return;
    this.#calls.set(call.id, call);
    if (before === undefined) this.#counts.set(call.pbx, this.countOf(call.pbx) + 1);
    if (before?.connections === call.connections) return;
    const { pbx, id } = call;
    for (const connection of before?.connections ?? [])
      if (!call.connections.includes(connection)) this.#leave(pbx, id, connection);
    for (const { id: channelId, channel, extension } of call.connections) {
      // One that holds this call with a channel that talks in another one has none here.
      if (channel !== undefined) this.#byChannel.set(keyOf(pbx, channelId), id);
      if (extension === undefined) continue;
      const key = keyOf(pbx, extension);
      const ids = this.#byExtension.get(key);
      if (ids === undefined) this.#byExtension.set(key, new Set([id]));
      else ids.add(id);
    }
  }

  delete(id: string): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    const left = this.countOf(call.pbx) - 1;
    if (left === 0) this.#counts.delete(call.pbx);
    else this.#counts.set(call.pbx, left);
    for (const connection of call.connections) this.#leave(call.pbx, id, connection);
  }

  #leave(pbx: string, callId: string, { id, extension }: Connection): void {
    if (this.#byChannel.get(keyOf(pbx, id)) === callId) this.#byChannel.delete(keyOf(pbx, id));
    if (extension === undefined) return;
    const key = keyOf(pbx, extension);
    const ids = this.#byExtension.get(key);
    ids?.delete(callId);
    if (ids?.size === 0) this.#byExtension.delete(key);
  }
}
