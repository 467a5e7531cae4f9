import { isHolding, type Channel } from "./channel.ts";
import { kept, keptAs } from "./kept-text.ts";
import type { ParkedCall } from "./model.ts";
import type { ParkingFacts, PbxEvent } from "./pbx-event.ts";
import type { World } from "./world.ts";

type ParkingEvent = Extract<PbxEvent, { readonly type: "parked" | "unparked" }>;

/**
 * Which channel is parked where.
 *
 * Invariants: a channel is parked in one space at most, and `channel.parking` says where; a space has one channel at most.
 */
export class ParkingLots {
  readonly #parked = new Set<Channel>();

  list(): ParkedCall[] {
    return [...this.#parked].flatMap((channel) => viewOf(channel) ?? []);
  }

  on(event: ParkingEvent, world: World): void {
    const channel = world.see(event.channel);
    if (channel === undefined) return;
    if (event.type === "parked") this.park(channel, event.parking, world);
    else {
      const retriever = event.retriever === undefined ? undefined : world.see(event.retriever);
      if (retriever !== undefined) retriever.isRetrieval = true;
      this.takeOut(channel, event.why, world);
      // The one who takes it back may be in its bridge already.
      if (channel.bridge !== undefined) world.membership.settle(channel, { cause: "unparked" });
    }
  }

  /** A channel is parked from now on, or since `parkedAt`. */
  park(channel: Channel, facts: ParkingFacts, world: World, parkedAt: number = world.at): void {
    const before = channel.parking;
    if (before?.lot === facts.lot && before.space === facts.space) return;
    this.forget(channel, world);
    for (const other of this.#parked)
      if (other.parking?.lot === facts.lot && other.parking.space === facts.space) this.forget(other, world);
    channel.heldBy = undefined;
    const known = channel.call?.view?.parked;
    const isKnown = known?.lot === facts.lot && known.space === facts.space;
    const since = isKnown ? known.parkedAt : parkedAt;
    channel.parking = {
      lot: kept(facts.lot),
      space: kept(facts.space),
      parkedAt: since,
      parker: keptAs(undefined, facts.parker),
    };
    this.#parked.add(channel);
    // Out of its old bridge, whoever is left there: so a party of a conference takes its own call with it.
    if (channel.bridge?.technology !== "holding_bridge") world.bridges.leave(channel, world.at);
    world.membership.settle(channel);
    releaseParker(channel, world);
    if (!isKnown) channel.call?.notes.push({ type: "parked", cause: "parked", connectionId: channel.id });
    world.touch(channel);
    this.#tell(channel, true, world);
  }

  /** A channel is not parked any more, and it is known why. */
  takeOut(channel: Channel, why: "retrieved" | "timed-out" | "gave-up", world: World): void {
    if (channel.parking === undefined) return;
    if (channel.call !== undefined) channel.call.unparked = why;
    channel.isRetrieval = why === "retrieved";
    this.forget(channel, world);
  }

  /** A channel is not parked any more. */
  forget(channel: Channel, world: World): void {
    if (channel.parking === undefined) return;
    this.#tell(channel, false, world);
    channel.parking = undefined;
    this.#parked.delete(channel);
    world.touch(channel);
  }

  #tell(channel: Channel, occupied: boolean, world: World): void {
    const parked = viewOf(channel);
    if (parked !== undefined) world.stateChanges.push({ type: "parking-changed", parked, occupied });
  }
}

/** Who is left alone where the parked one was has nobody to talk to: he is out of the call, and mostly about to be hung up. */
function releaseParker(parked: Channel, world: World): void {
  for (const other of parked.call?.channels ?? []) {
    if (other !== parked && other.bridge?.channels.size === 1 && !isHolding(other.bridge) && !other.hearsMusic)
      world.membership.release(other, "parked");
  }
}

function viewOf(channel: Channel): ParkedCall | undefined {
  if (channel.parking === undefined) return undefined;
  const { lot, space, parkedAt, parker } = channel.parking;
  return { lot, space, parkedAt, channelId: channel.id, ...(parker === undefined ? {} : { parker }) };
}
