import type { Change } from "../change.ts";
import type { Call, Connection } from "../model.ts";

/** One change in one line, for people and for comparison: ids and times are replaced by what does not differ from run to run. */
export function describeChange(change: Change): string {
  switch (change.type) {
    case "queue-changed": {
      const { name, callers, members } = change.queue;
      const who = members.map((one) => `${one.name}=${one.status}${one.paused ? " paused" : ""}`).join(" ");
      return `queue-changed ${name}: ${callers.length} waiting; ${who}`;
    }
    case "conference-room-changed": {
      const { name, participants, recording } = change.room;
      const flags = participants.map((one) => `${one.muted ? "muted" : ""}${one.talking ? "talking" : ""}`).join(",");
      return `conference-room-changed ${name}: ${participants.length} [${flags}]${recording ? " recording" : ""}`;
    }
    case "parking-changed":
      return `parking-changed ${change.parked.lot} ${change.parked.space} ${change.occupied ? "occupied" : "free"}`;
    case "device-state-changed":
      return `device-state-changed ${change.device} ${change.state}`;
    case "extension-state-changed":
      return `extension-state-changed ${change.extension.exten}@${change.extension.context} ${change.extension.status}`;
    case "presence-changed":
      return `presence-changed ${change.presence.presentity} ${change.presence.state} ${change.presence.message}`.trim();
    case "mailbox-changed":
      return `mailbox-changed ${change.mailbox.mailbox} ${change.mailbox.newMessages}/${change.mailbox.oldMessages}`;
    case "originate-failed":
      return `originate-failed ${change.target} (${change.cause})`;
    default:
      return `${change.type} ${what(change)}(${change.cause}) | ${describeCall(change.call)}`;
  }
}

function what(change: Extract<Change, { readonly call: Call }>): string {
  const parts: string[] = [];
  if ("connection" in change && change.connection !== undefined) parts.push(change.connection.device);
  if ("transferring" in change && change.transferring !== undefined) parts.push(`by ${change.transferring.device}`);
  if ("conferencing" in change && change.conferencing !== undefined) parts.push(`by ${change.conferencing.device}`);
  if ("from" in change) parts.push(`from ${change.from.device}`);
  if ("to" in change && change.to !== undefined) parts.push(`to ${change.to}`);
  if ("queue" in change) parts.push(change.queue);
  if ("connections" in change && change.connections.length > 0)
    parts.push(`moves ${change.connections.map(({ from, to }) => `${from.callId}>${to.callId}`).join(" ")}`);
  if ("mergedInto" in change && change.mergedInto !== undefined) parts.push(`into ${change.mergedInto}`);
  if (change.type === "connection-cleared" && change.connection.hungUp === true) parts.push("hangs up");
  if (change.type === "updated" && change.connection === undefined) parts.push(...openTalks(change.call));
  return parts.length === 0 ? "" : `${parts.join(" ")} `;
}

/** A call in one line. */
function describeCall(call: Call): string {
  const flags = [
    call.queue === undefined
      ? ""
      : `queue ${call.queue.name}${call.queue.position === undefined ? "" : `#${call.queue.position}`}`,
    call.conferenceRoom === undefined ? "" : `room ${call.conferenceRoom}`,
    call.parked === undefined ? "" : `parked ${call.parked.space}`,
    call.consults === undefined ? "" : `consults ${call.consults}`,
    call.establishedAt === undefined ? "" : "established",
    call.cause === undefined ? "" : `ended ${call.cause}`,
  ].filter(Boolean);
  return `${call.id}: ${call.connections.map((one) => describeConnection(one)).join(", ")}${flags.length === 0 ? "" : ` [${flags.join(", ")}]`}`;
}

function describeConnection(connection: Connection): string {
  const { number, name, role, state, heldBy, application, talking, muted, device } = connection;
  const who = device.slice(device.indexOf("/") + 1);
  const more = [
    number === who ? "" : `num ${number ?? "?"}`,
    name ?? "",
    role,
    heldBy ?? "",
    application ?? "",
    talking === true ? "talking" : "",
    muted === true ? "muted" : "",
    connection.channel === undefined ? "away" : "",
  ].filter(Boolean);
  return `${who} ${state} (${more.join(" ")})`;
}

function openTalks(call: Call): string[] {
  return describeTalks({ ...call, talks: call.talks.filter(({ endedAt }) => endedAt === undefined) });
}

/** Who talked to whom at the end of a call, without the times. */
export function describeTalks(call: Call): string[] {
  const deviceOf = new Map([...call.connections, ...call.cleared].map(({ id, device }) => [id, device]));
  return call.talks.map(({ connections }) =>
    connections
      .map((id) => (deviceOf.get(id) ?? `(${id})`).replace(/^\w+\//u, ""))
      .toSorted((one, other) => one.localeCompare(other))
      .join("+"),
  );
}
