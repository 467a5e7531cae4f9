import type { CallRecord } from "./call-record.ts";
import { causeOfUnansweredCaller, causeOfUnansweredLeg, isFailure } from "./causes.ts";
import { isHolding, type Channel } from "./channel.ts";
import { isService } from "./connections.ts";
import { dial, failureOf, forgetAnsweredDials, forgetDials, undial } from "./dials.ts";
import { kept } from "./kept-text.ts";
import type { Cause } from "./model.ts";
import type { ChannelFacts, PbxEvent } from "./pbx-event.ts";
import type { World } from "./world.ts";

type Of<Type extends PbxEvent["type"]> = Extract<PbxEvent, { readonly type: Type }>;

/** Applications that only tell a caller why not. */
const refusals: ReadonlyMap<string, Cause> = new Map([
  ["Busy", "busy"],
  ["Congestion", "congestion"],
]);

/** A channel was made. */
export function onChannelNew(world: World, facts: ChannelFacts): void {
  const channel = world.see(facts);
  if (channel === undefined) return;
  if (facts.number !== undefined) channel.ownNumber ??= channel.number;
  if (facts.callerName !== undefined) channel.ownName ??= channel.callerName;
}

/** The application of a channel is another one. */
export function onApplication(world: World, event: Of<"application">): void {
  const channel = world.see(event.channel);
  if (channel === undefined || (channel.application === event.application && !channel.hasBeenBridged)) return;
  const before = channel.application;
  channel.application = kept(event.application);
  channel.hasBeenBridged = channel.bridge !== undefined;
  if (event.application.startsWith("AppDial") || event.application === "AppQueue") {
    channel.isDialled = true;
    return;
  }
  const refusal = refusals.get(event.application);
  if (refusal !== undefined && channel.call !== undefined) channel.call.failure = refusal;
  if (!isService(before) && !isService(event.application)) return;
  if (channel.released && isService(event.application) && channel.exten !== "h") channel.released = false;
  if (isService(event.application) && channel.call !== undefined) world.membership.settle(channel);
  world.touch(channel);
}

/** Somebody rings somebody. */
export function onDial(world: World, event: Of<"dial-begun"> | Of<"dial-progress"> | Of<"dial-ended">): void {
  const caller = event.caller === undefined ? undefined : world.see(event.caller);
  const destination = world.see(event.destination);
  if (destination === undefined) return;
  if (event.type === "dial-ended") onDialEnd(world, event, destination, caller);
  else {
    if (event.type === "dial-begun") {
      destination.hasMaker = true;
      destination.isOrigin ||= event.caller === undefined && destination.linkedid === destination.id;
      if (caller?.call !== undefined) caller.call.failure = undefined;
    } else destination.rings = true;
    dial(caller, destination);
    if (caller !== undefined || destination.isOrigin) world.membership.settle(destination);
  }
  world.touch(destination);
}

function onDialEnd(world: World, event: Of<"dial-ended">, destination: Channel, caller: Channel | undefined): void {
  const failure = failureOf(event.outcome);
  if (failure === undefined) {
    dial(caller, destination);
    if (caller !== undefined) world.membership.settle(destination);
    return;
  }
  const { call } = destination;
  const told = call?.published.get(destination.id);
  destination.failure ??= event.forwardedTo === undefined ? failure : "forwarded";
  if (event.forwardedTo !== undefined && call !== undefined && told !== undefined)
    call.notes.push({ type: "diverted", cause: "forwarded", from: told, to: event.forwardedTo, connections: [] });
  else if (call !== undefined && isFailure(failure)) call.failure = failure;
  if (!destination.isPlumbing) undial(destination);
}

/** A channel goes into a bridge, perhaps in another's place. */
export function onBridgeEntered(world: World, event: Of<"bridge-entered">): void {
  const channel = world.see(event.channel);
  if (channel === undefined) return;
  channel.bridgeTouched = world.serial;
  const swapped = event.swapped === undefined ? undefined : world.channels.get(event.swapped);
  if (swapped?.bridge?.id === event.bridge.id) world.bridges.leave(swapped, world.at);
  if (!world.bridges.enter(event.bridge, channel, world.at)) return;
  if (channel.parking !== undefined && !isHolding(event.bridge)) world.parkingLots.takeOut(channel, "retrieved", world);
  forgetAnsweredDials(channel);
  const others = channel.bridge?.channels ?? [];
  const isAlone = channel.bridge?.channels.size === 1 && channel.half === undefined;
  if (isAlone && channel.call === undefined && channel.linkedid !== channel.id) world.placeByLinkedid(channel);
  else {
    const isRetrieval = channel.isRetrieval || [...others].some((one) => one.isRetrieval);
    world.membership.settle(channel, { swapped, ...(isRetrieval ? { cause: "unparked" as const } : {}) });
  }
  world.touch(channel);
}

/** A channel goes out of a bridge. */
export function onBridgeLeft(world: World, event: Of<"bridge-left">): void {
  const channel = world.see(event.channel);
  if (channel === undefined) return;
  channel.bridgeTouched = world.serial;
  const others = channel.bridge?.id === event.bridge.id ? channel.bridge.channels : undefined;
  if (!world.bridges.leave(channel, world.at, event.bridge.id)) return;
  if (!isHolding(event.bridge)) channel.isRetrieval = false;
  world.touch(channel);
  for (const other of others ?? []) world.touch(other);
}

/** A channel holds, or takes back. */
export function onHold(world: World, facts: ChannelFacts, holds: boolean): void {
  const channel = world.see(facts);
  if (channel === undefined || channel.released) return;
  channel.heldBy = holds ? "phone" : undefined;
  world.touch(channel);
}

/** A channel is no more. `lost`: nobody saw it go. */
export function onChannelGone(world: World, channel: Channel, q850: number, known?: Cause): void {
  if (channel.joins !== undefined) world.membership.transferred(channel.joins);
  const { call, bridge } = channel;
  world.bridges.leave(channel, world.at);
  world.locals.remove(channel);
  forgetDials(channel);
  world.channels.remove(channel);
  world.queues.forget(channel, world);
  world.parkingLots.forget(channel, world);
  world.rooms.forget(channel, world);
  for (const other of bridge?.channels ?? []) world.touch(other);
  for (const record of phantomCallsOf(world, channel)) {
    record.phantoms.delete(channel.id);
    record.gone.set(channel.id, known ?? "normal");
    world.calls.touch(record);
  }
  if (call === undefined) return;
  const cause = known ?? causeOf(channel, q850);
  if (isFailure(cause) && channel.isDialled && channel.role !== "caller") call.failure = cause;
  call.channels.delete(channel);
  channel.call = undefined;
  call.gone.set(channel.id, cause);
  if (channel.hasHungUp && cause !== "forwarded") call.hungUp.add(channel.id);
  if (known !== undefined) call.lastCause = known;
  world.calls.touch(call);
}

function causeOf(channel: Channel, q850: number): Cause {
  if (channel.answeredAt !== undefined)
    return channel.failure === "abandoned" && channel.application === "Queue" ? "abandoned" : "normal";
  return channel.isDialled
    ? causeOfUnansweredLeg(q850, channel.failure)
    : causeOfUnansweredCaller(q850, channel.call?.failure, channel.hasHungUp);
}

function phantomCallsOf(world: World, channel: Channel): Iterable<CallRecord> {
  if (channel.isPlumbing) return [];
  return [...world.calls.withPhantoms()].filter((call) => call.phantoms.has(channel.id));
}
