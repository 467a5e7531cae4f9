import type { CallEvent, SnapshotMessage, StateEvent, StreamMessage } from "../stream-event.ts";
import { isRecord } from "./is-record.ts";

/** What a message must have, so that a program can read on without looking twice. Values are not judged: a newer server may know more of them. */
type Check = (message: Record<string, unknown>) => boolean;

const areRecords = (value: unknown): boolean => Array.isArray(value) && value.every(isRecord);
const isCall = (value: unknown): boolean =>
  isRecord(value) && typeof value["id"] === "string" && areRecords(value["connections"]);
const isQueue = (value: unknown): boolean => isRecord(value) && areRecords(value["callers"]);
const isRoom = (value: unknown): boolean => isRecord(value) && areRecords(value["participants"]);
const ofCall: Check = ({ call }) => isCall(call);
const ofConnection: Check = ({ call, connection }) => isCall(call) && isRecord(connection);
const ofMoves: Check = ({ call, connections }) => isCall(call) && areRecords(connections);
const has =
  (key: string): Check =>
  (message) =>
    isRecord(message[key]);

const callEvents: Record<CallEvent["type"], Check> = {
  originated: ofConnection,
  delivered: ofConnection,
  established: ofConnection,
  held: ofConnection,
  retrieved: ofConnection,
  queued: ofConnection,
  diverted: ofMoves,
  parked: ofConnection,
  transferred: ofMoves,
  conferenced: ofMoves,
  failed: ofConnection,
  "connection-cleared": ofConnection,
  "call-cleared": ofCall,
  talking: ofConnection,
  updated: ofCall,
};
const stateEvents: Record<StateEvent["type"], Check> = {
  "queue-changed": ({ queue }) => isQueue(queue),
  "conference-room-changed": ({ room }) => isRoom(room),
  "parking-changed": has("parked"),
  "extension-changed": has("extension"),
  "device-state-changed": () => true,
  "presence-changed": has("presence"),
  "mailbox-changed": has("mailbox"),
  "pbx-changed": has("state"),
  "originate-failed": () => true,
};
const events: ReadonlyMap<string, Check> = new Map(Object.entries({ ...callEvents, ...stateEvents }));

/** The numbered events that this client knows. */
export const knownEventTypes: readonly string[] = [...events.keys()];

const lists: Record<Exclude<keyof SnapshotMessage, "type" | "cursor" | "time">, (item: unknown) => boolean> = {
  pbxs: isRecord,
  calls: isCall,
  queues: isQueue,
  conferenceRooms: isRoom,
  parkedCalls: isRecord,
  extensions: isRecord,
  presences: isRecord,
  mailboxes: isRecord,
};

/** A list that an older server does not have yet is empty. */
const snapshot: Check = (message) =>
  Object.entries(lists).every(([name, isItem]) => {
    const list = (message[name] ??= []);
    return Array.isArray(list) && list.every(isItem);
  });
const others: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["snapshot", snapshot],
  ["gap", () => true],
  ["heartbeat", () => true],
  ["closing", () => true],
]);

/** What one message of the stream is: one that this client knows, one of a newer server, or nothing that Cordboard says. */
export type ReadMessage =
  | { readonly kind: "known"; readonly message: StreamMessage }
  | { readonly kind: "unknown"; readonly message: { readonly cursor: string } }
  | { readonly kind: "bad"; readonly reason: string };

/** Reads one message from its JSON. Never throws. */
export function readMessage(text: string): ReadMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { kind: "bad", reason: "it is not JSON" };
  }
  if (!isRecord(message) || typeof message["type"] !== "string") return { kind: "bad", reason: "it has no type" };
  const { type, cursor } = message;
  if (typeof cursor !== "string") return { kind: "bad", reason: "it has no cursor" };
  const check = events.get(type) ?? others.get(type);
  if (check === undefined) return { kind: "unknown", message: { cursor } };
  if (!check(message)) return { kind: "bad", reason: "a part that such a message must have is missing" };
  return { kind: "known", message: message as StreamMessage };
}
