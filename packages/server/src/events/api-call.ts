import type * as engine from "@cordboard/pbx";
import type { Call, CallParking, CallQueue, ClearedConnection, Connection, Talk } from "@cordboard/sdk";
import { isoTime } from "./iso-time.ts";

/** The extension that a device belongs to. */
export type ExtensionOf = (device: string) => string | undefined;

/**
 * Calls of the engine as the API tells them: times in ISO 8601, and the extension of each connection. The engine keeps the identity of what
 * did not change, so each connection is translated once, until {@link ApiCalls.forget}.
 */
export class ApiCalls {
  readonly #extensionOf: ExtensionOf;
  readonly #calls = new WeakMap<engine.Call, Call>();
  readonly #connections = new WeakMap<engine.Connection, Connection>();
  readonly #cleared = new WeakMap<engine.ClearedConnection, ClearedConnection>();
  readonly #talks = new WeakMap<engine.Talk, Talk>();

  constructor(extensionOf: ExtensionOf) {
    this.#extensionOf = extensionOf;
  }

  call(call: engine.Call): Call {
    return once(this.#calls, call, () => {
      const { connections, cleared, queue, parked, startedAt, establishedAt, clearedAt, talks, ...rest } = call;
      return {
        ...rest,
        connections: connections.map((one) => this.connection(one)),
        cleared: cleared.map((one) => this.cleared(one)),
        ...(queue === undefined ? {} : { queue: queueOf(queue) }),
        ...(parked === undefined ? {} : { parked: parkingOf(parked) }),
        startedAt: isoTime(startedAt),
        ...(establishedAt === undefined ? {} : { establishedAt: isoTime(establishedAt) }),
        ...(clearedAt === undefined ? {} : { clearedAt: isoTime(clearedAt) }),
        talks: talks.map((one) => once(this.#talks, one, () => talkOf(one))),
      };
    });
  }

  /** Translates a call anew the next time: its devices may belong to other extensions. */
  forget(call: engine.Call): void {
    this.#calls.delete(call);
    for (const connection of call.connections) this.#connections.delete(connection);
  }

  connection(connection: engine.Connection): Connection {
    return once(this.#connections, connection, () => this.#translate(connection));
  }

  cleared(connection: engine.ClearedConnection): ClearedConnection {
    return once(this.#cleared, connection, () => ({
      ...this.#translate(connection),
      clearedAt: isoTime(connection.clearedAt),
      cause: connection.cause,
    }));
  }

  #translate(connection: engine.Connection): Connection {
    const { id, device, startedAt, answeredAt, ...rest } = connection;
    const extension = this.#extensionOf(device);
    return {
      id,
      device,
      ...(extension === undefined ? {} : { extension }),
      ...rest,
      startedAt: isoTime(startedAt),
      ...(answeredAt === undefined ? {} : { answeredAt: isoTime(answeredAt) }),
    };
  }
}

/** Of a waiting call. */
export function parkingOf({ lot, space, parkedAt, parker }: engine.CallParking): CallParking {
  return { lot, space, parkedAt: isoTime(parkedAt), ...(parker === undefined ? {} : { parker }) };
}

function queueOf({ name, joinedAt, position, leftAt }: engine.CallQueue): CallQueue {
  return {
    name,
    joinedAt: isoTime(joinedAt),
    ...(position === undefined ? {} : { position }),
    ...(leftAt === undefined ? {} : { leftAt: isoTime(leftAt) }),
  };
}

function talkOf({ connections, startedAt, endedAt }: engine.Talk): Talk {
  return {
    connections: [...connections],
    startedAt: isoTime(startedAt),
    ...(endedAt === undefined ? {} : { endedAt: isoTime(endedAt) }),
  };
}

function once<From extends object, To>(known: WeakMap<From, To>, from: From, make: () => To): To {
  let to = known.get(from);
  if (to === undefined) known.set(from, (to = make()));
  return to;
}
