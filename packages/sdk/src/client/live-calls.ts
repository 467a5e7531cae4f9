import type { EventMessage, SnapshotEvents } from "./events-options.ts";
import { LiveState } from "./live-state.ts";

/** One message, and everything there is behind it. */
export interface LiveMoment {
  readonly event: EventMessage;
  /** The same object each time, brought up to date before it is told. */
  readonly live: LiveState;
}

/**
 * The messages of a stream together with the calls, queues, rooms… that there are after each:
 * `for await (const { event, live } of liveCalls(cordboard.events())) console.log(live.calls.size)`.
 */
export function liveCalls(events: SnapshotEvents): AsyncIterableIterator<LiveMoment, undefined> {
  const live = new LiveState();
  return {
    async next() {
      const { done, value: event } = await events.next();
      if (done === true) return { done, value: undefined };
      live.apply(event);
      return { done: false, value: { event, live } };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
