import type { Change } from "../change.ts";
import type { CallEngine } from "../engine.ts";
import type { Connection } from "../model.ts";
import type { PbxEvent } from "../pbx-event.ts";

/** Channels of which a snapshot knows less. */
export interface Unknowable {
  /** Rung by a program: their number is covered by the caller id that the program gave. */
  readonly numbers: ReadonlySet<string>;
  /** Put out of their call by a transfer, and not hung up yet. */
  readonly leaving: ReadonlySet<string>;
  /** Out of a bridge, and nothing has begun since: the PBX still names the application from before. */
  readonly applications: ReadonlySet<string>;
}

/**
 * Of an engine's state, what a snapshot can know: which channels are in one call, and what each of them is and does. It cannot know ids and
 * times of calls, who holds, roles and causes, who is being reached but does
 * not ring yet, nor that a transfer has put a channel out of its call that is not hung up yet.
 */
export function knowable(engine: CallEngine, unknowable: Unknowable): unknown {
  const calls = engine
    .calls()
    .map((call) => ({
      channels: call.connections
        .filter(({ channel, id, state }) => channel !== undefined && state !== "null" && !unknowable.leaving.has(id))
        .map((one) => knowableConnection(one, unknowable))
        .toSorted(byText),
      queue: call.queue?.position === undefined ? undefined : `${call.queue.name} ${call.queue.position}`,
      room: call.conferenceRoom,
      parked: call.parked && `${call.parked.lot} ${call.parked.space}`,
    }))
    .filter(({ channels }) => channels.length > 0);
  const waiting = engine.queues().filter(({ callers }) => callers.length > 0);
  return {
    calls: calls.toSorted(byText),
    queues: waiting
      .map(({ name, callers }) => `${name}: ${callers.map((one) => one.channelId).join()}`)
      .toSorted(byText),
    rooms: engine
      .conferenceRooms()
      .map(({ name, participants }) => [
        name,
        participants.map((one) => `${one.channelId} ${one.muted} ${one.talking}`).toSorted(byText),
      ])
      .toSorted(byText),
    parked: engine
      .parkedCalls()
      .map(({ channelId, lot, space }) => `${channelId} ${lot} ${space}`)
      .toSorted(byText),
  };
}

function knowableConnection(connection: Connection, unknowable: Unknowable): string {
  const { id, channel, number, name, state, application, muted } = connection;
  const who = unknowable.numbers.has(id) ? "" : `${number ?? ""} ${name ?? ""}`;
  const serves = unknowable.applications.has(id) ? "" : (application ?? "");
  const doing = state === "hold" ? "connected" : state;
  return `${id} ${channel} ${who} ${doing} ${serves} ${muted === true ? "muted" : ""}`;
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one).localeCompare(JSON.stringify(other));
}

/** Gathers, event by event, what a snapshot cannot know. */
export class UnknowableSoFar implements Unknowable {
  readonly numbers: Set<string> = new Set();
  readonly leaving: Set<string> = new Set();
  readonly applications: Set<string> = new Set();

  learn(event: PbxEvent, changes: readonly Change[]): void {
    if (event.type === "dial-begun" && event.caller === undefined) this.numbers.add(event.destination.id);
    if (event.type === "bridge-left") this.applications.add(event.channel.id);
    if (event.type === "application") this.applications.delete(event.channel.id);
    for (const change of changes) {
      if (change.type === "connection-cleared" && (change.cause === "transferred" || change.cause === "parked"))
        this.leaving.add(change.connection.id);
    }
  }
}
