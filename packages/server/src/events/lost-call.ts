import type { Call, CallChange, ClearedConnection } from "@cordboard/pbx";

/** What is to be told of a call that ended while nobody watched. `at`: milliseconds since 1970, when that was found out. */
export function changesOfLoss(call: Call, at: number): readonly CallChange[] {
  const { parked: _parked, queue, ...rest } = call;
  const lost = call.connections.map((connection): ClearedConnection => {
    const { heldBy: _heldBy, application: _application, talking: _talking, ...stays } = connection;
    return { ...stays, state: "null", clearedAt: at, cause: "lost" };
  });
  const ended: Call = {
    ...rest,
    connections: [],
    cleared: [...call.cleared, ...lost],
    ...(queue === undefined ? {} : { queue: outOf(queue, at) }),
    talks: call.talks.map((talk) => (talk.endedAt === undefined ? { ...talk, endedAt: at } : talk)),
    cause: "lost",
    clearedAt: at,
  };
  return [
    ...lost.map((connection): CallChange => ({ type: "connection-cleared", call: ended, connection, cause: "lost" })),
    { type: "call-cleared", call: ended, cause: "lost" },
  ];
}

function outOf(queue: NonNullable<Call["queue"]>, at: number): NonNullable<Call["queue"]> {
  if (queue.leftAt !== undefined) return queue;
  const { position: _position, ...rest } = queue;
  return { ...rest, leftAt: at };
}
