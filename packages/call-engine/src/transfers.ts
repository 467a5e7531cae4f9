import { isConference, type Channel } from "./channel.ts";
import { takeOverDials } from "./dials.ts";
import type { PbxEvent } from "./pbx-event.ts";
import type { World } from "./world.ts";

type Of<Type extends PbxEvent["type"]> = Extract<PbxEvent, { readonly type: Type }>;

/** Somebody has sent the others of his call on to a number, and is out of it. */
export function onBlindTransfer(world: World, event: Of<"blind-transfer">): void {
  const transferer = world.see(event.transferer);
  const transferee = event.transferee === undefined ? undefined : world.see(event.transferee);
  // From now on a Local channel serves the one who was transferred, and no queue or program any more.
  if (transferee?.half !== undefined) {
    transferee.half.isAgent = false;
    transferee.half.isOrigin = false;
  }
  const call = transferer?.call;
  const transferring = transferer === undefined ? undefined : call?.published.get(transferer.id);
  if (transferer === undefined || call === undefined || transferring === undefined) return;
  world.bridges.leave(transferer, world.at);
  world.membership.release(transferer, "transferred");
  call.notes.push({ type: "transferred", cause: "transferred", transferring, to: event.exten, connections: [] });
}

/**
 * Somebody has joined the two calls he was in. Mostly the bridges have told that already, and it is only said now who it was; while
 * the second one rings, no bridge tells: the transferee takes the place of the transferer's second channel in its Dial.
 */
export function onAttendedTransfer(world: World, event: Of<"attended-transfer">): void {
  const first = world.see(event.first);
  const second = world.see(event.second);
  const transferee = event.transferee === undefined ? undefined : world.see(event.transferee);
  const target = event.target === undefined ? undefined : world.see(event.target);
  if (event.destination === "application" && first !== undefined && second !== undefined) {
    const [server, heir, other] = transferee === undefined ? [first, target, second] : [second, transferee, first];
    if (heir !== undefined && heir !== server) takePlace(world, server, heir, other);
    return;
  }
  const joined = first?.joins ?? second?.joins;
  if (joined === undefined) {
    if (event.destination !== "three-way") leaveToOthers(world, first, second);
    return;
  }
  if (event.destination === "three-way") world.membership.conferenced(joined);
  else world.membership.transferred(joined);
}

/** What one channel runs (Dial while it rings, Queue, ConfBridge) another goes on with; the transferer's two lines are out. */
function takePlace(world: World, server: Channel, heir: Channel, other: Channel): void {
  const { bridge } = server;
  for (const channel of [server, other]) world.bridges.leave(channel, world.at);
  takeOverDials(server, heir);
  world.queues.takeOver(server, heir, world);
  world.membership.takePlace(server, heir, other);
  // Asterisk 16 does not always tell that the heir is in the room now.
  if (bridge !== undefined && isConference(bridge)) world.bridges.enter(bridge, heir, world.at);
  world.rooms.takeOver(server, heir, world);
}

/** Out of a conference nobody is joined by his leaving: the others are together already, and only he goes, with both his lines. */
function leaveToOthers(world: World, first: Channel | undefined, second: Channel | undefined): void {
  const call = first?.call;
  const transferring = first === undefined ? undefined : call?.published.get(first.id);
  if (first === undefined || second === undefined || first === second || call === undefined) return;
  if (transferring === undefined) return;
  for (const channel of [first, second]) world.membership.release(channel, "transferred");
  call.notes.push({ type: "transferred", cause: "transferred", transferring, connections: [] });
}

/** Somebody takes a call that rings elsewhere: his own call ends in it. */
export function onPickup(world: World, event: Of<"picked-up">): void {
  const picker = world.see(event.picker);
  const target = world.see(event.target);
  if (picker === undefined || target === undefined) return;
  const { call, dialler } = target;
  const from = call?.published.get(target.id);
  const own = picker.call;
  target.failure = "picked-up";
  if (call === undefined || from === undefined || dialler === undefined || own === call) return;
  takeOverDial(world, dialler.id, picker.id);
  const key = { connectionId: picker.id };
  const moves =
    own?.published.has(picker.id) === true
      ? [{ from: { callId: own.id, ...key }, to: { callId: call.id, ...key } }]
      : [];
  call.notes.push({
    type: "diverted",
    cause: "picked-up",
    from,
    ...(picker.number === undefined ? {} : { to: picker.number }),
    connections: moves,
  });
  world.calls.touch(call);
}

function takeOverDial(world: World, callerId: string, pickerId: string): void {
  const [caller, picker] = [world.channels.get(callerId), world.channels.get(pickerId)];
  if (caller === undefined || picker === undefined) return;
  (caller.dialled ??= new Set()).add(picker);
  picker.dialler = caller;
  picker.isDialled = true;
  picker.isRung = true;
  picker.role = "called";
  world.membership.settle(picker, { cause: "picked-up" });
}
