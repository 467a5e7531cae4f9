import type { Call } from "../call.ts";
import type { ConferenceRoom, Mailbox, ParkedCall, Pbx, Queue } from "../pbx-state.ts";
import type { GapMessage, StreamEvent } from "../stream-event.ts";
import { Api } from "./api.ts";
import type { ClientOptions } from "./client-options.ts";
import { EventStream } from "./event-stream.ts";
import type { Events, EventsOptions, SnapshotEvents } from "./events-options.ts";
import { callHistory, extensions, parking, presences, readable, tickets, tokens } from "./resources.ts";
import type { CallHistory, CallsQuery, Extensions, OfPbx, Presences, Readable, Tickets, Tokens } from "./resources.ts";

/**
 * A Cordboard, seen from a program or a page. Each method can be stopped by an AbortSignal, ends within its time limit, and fails
 * with a {@link CordboardError}. What a newer server adds to an answer is passed on as it is.
 */
export interface Cordboard {
  readonly pbxs: Readable<Pbx, Record<string, never>>;
  readonly calls: Readable<Call, CallsQuery>;
  readonly extensions: Extensions;
  readonly presence: Presences;
  readonly queues: Readable<Queue>;
  readonly conferenceRooms: Readable<ConferenceRoom>;
  readonly parking: Pick<Readable<ParkedCall>, "list">;
  readonly mailboxes: Readable<Mailbox>;
  readonly callHistory: CallHistory;
  readonly tokens: Tokens;
  readonly tickets: Tickets;
  /**
   * Everything that happens, from now on or behind a cursor, through lost connections, until it is stopped. Ends with an error
   * only if trying again cannot help: the token is refused, the request is wrong, or what answers is no Cordboard.
   */
  events(options: EventsOptions & { readonly snapshots: false }): Events<StreamEvent | GapMessage>;
  events(options?: EventsOptions): SnapshotEvents;
}

/** Sends nothing yet. @throws {CordboardOptionError} an option is wrong */
export function createClient(options: ClientOptions): Cordboard {
  const api = new Api(options);
  return {
    pbxs: readable(api, "pbxs"),
    calls: readable(api, "calls"),
    extensions: extensions(api),
    presence: presences(api),
    queues: readable<Queue, OfPbx>(api, "queues"),
    conferenceRooms: readable<ConferenceRoom, OfPbx>(api, "conference-rooms"),
    parking: parking(api),
    mailboxes: readable<Mailbox, OfPbx>(api, "mailboxes"),
    callHistory: callHistory(api),
    tokens: tokens(api),
    tickets: tickets(api),
    events: (wanted?: EventsOptions) => new EventStream(api, wanted ?? {}) as SnapshotEvents & Events<never>,
  };
}
