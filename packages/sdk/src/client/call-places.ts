import type { Call, Connection } from "../call.ts";

/** What stands for a channel in a queue, a room or a lot. */
interface Placed {
  readonly channelId: string;
  readonly callId?: string | undefined;
  readonly connection?: Connection | undefined;
}

/** Where channels and extensions are in the calls. */
export class CallPlaces {
  readonly #ofChannel = new Map<string, Pick<Placed, "callId" | "connection">>();
  readonly #ofExtension = new Map<string, Set<string>>();
  readonly #counts = new Map<string, number>();

  constructor(calls: Iterable<Call>) {
    for (const { id: callId, pbx, connections } of calls) {
      this.#counts.set(pbx, this.countOf(pbx) + 1);
      for (const connection of connections) {
        // One that holds this call with a channel that talks in another one has none here.
        if (connection.channel !== undefined) this.#ofChannel.set(`${pbx}/${connection.id}`, { callId, connection });
        const key = `${pbx}/${connection.extension}`;
        const ids = this.#ofExtension.get(key);
        if (ids === undefined) this.#ofExtension.set(key, new Set([callId]));
        else ids.add(callId);
      }
    }
  }

  countOf(pbx: string): number {
    return this.#counts.get(pbx) ?? 0;
  }

  /** Ids of the calls that an extension, `<pbx>/<number>`, takes part in. */
  idsOf(extension: string): string[] {
    return [...(this.#ofExtension.get(extension) ?? [])];
  }

  /** The thing with its call and connection as they are now. */
  place<T extends Placed>(pbx: string, thing: T): T {
    const { callId: _callId, connection: _connection, ...rest } = thing;
    return { ...rest, ...this.#ofChannel.get(`${pbx}/${thing.channelId}`) } as T;
  }
}
