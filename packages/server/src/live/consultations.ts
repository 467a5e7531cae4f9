import type { Call } from "@cordboard/pbx";

/** A device in more calls than this is a trunk and no phone. */
const MOST_LINES = 8;

/** Finds the call that waits while somebody talks about it in another one, by feature code or on a second line of the phone. */
export class Consultations {
  readonly #calls = new Map<string, Call>();
  readonly #byDevice = new Map<string, Set<string>>();

  /** Takes a call as it is now; `after` is absent when it has ended. @returns the calls that may look different by it, itself left out */
  set(id: string, after: Call | undefined): ReadonlySet<string> {
    const before = this.#calls.get(id);
    const others = new Set<string>();
    const devices = new Set(
      [...(before?.connections ?? []), ...(after?.connections ?? [])].map(({ device }) => device),
    );
    if (after === undefined) this.#calls.delete(id);
    else this.#calls.set(id, after);
    const present = new Set(after?.connections.map(({ device }) => device));
    for (const device of devices) {
      const ids = this.#byDevice.get(device) ?? new Set();
      if (present.has(device)) ids.add(id);
      else ids.delete(id);
      if (ids.size === 0) this.#byDevice.delete(device);
      else this.#byDevice.set(device, ids);
      if (ids.size <= MOST_LINES) for (const other of ids) others.add(other);
    }
    others.delete(id);
    return others;
  }

  call(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** The call that is held while this one is talked in. */
  heldFor(call: Call): Call | undefined {
    if (call.consults !== undefined) return this.#calls.get(call.consults);
    for (const { device, role, state } of call.connections) {
      if (role !== "caller" || state === "hold") continue;
      for (const other of this.#othersOf(device, call))
        if (other.startedAt <= call.startedAt && holds(other, device)) return other;
    }
    return undefined;
  }

  /** By the device of each one who holds this call: the call he is in meanwhile. */
  whileHeld(call: Call): ReadonlyMap<string, Call> {
    const found = new Map<string, Call>();
    for (const { device, state } of call.connections) {
      if (state !== "hold") continue;
      for (const other of this.#othersOf(device, call)) if (this.heldFor(other) === call) found.set(device, other);
    }
    return found;
  }

  *#othersOf(device: string, call: Call): Iterable<Call> {
    const ids = this.#byDevice.get(device);
    if (ids === undefined || ids.size > MOST_LINES) return;
    for (const id of ids) {
      const other = this.#calls.get(id);
      if (other !== undefined && id !== call.id) yield other;
    }
  }
}

function holds(call: Call, device: string): boolean {
  return call.connections.some((one) => one.device === device && one.state === "hold");
}
