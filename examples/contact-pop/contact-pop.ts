import type { Call, Change } from "@cordboard/pbx";
import type { Contact, Contacts } from "./contacts.ts";

/** Show a contact, or take it away again: another has answered, or the caller gave up. */
export interface Pop {
  readonly type: "pop" | "withdraw";
  readonly callId: string;
  /** Who calls; empty if that is not told. */
  readonly number: string;
  readonly contact?: Contact;
}

/** Says when to show who calls one extension: once for each call, from its first ring there. */
export class ContactPop {
  readonly #contacts: Contacts;
  readonly #isMine: (device: string) => boolean;
  /** Calls that ring here and are not answered here yet. */
  readonly #popped = new Map<string, Pop>();

  constructor(contacts: Contacts, isMine: (device: string) => boolean) {
    this.#contacts = contacts;
    this.#isMine = isMine;
  }

  take(change: Change): readonly Pop[] {
    if (!("call" in change)) return [];
    const { call } = change;
    const popped = this.#popped.get(call.id);
    if (popped === undefined) return change.type === "delivered" ? this.#ring(call) : [];
    const mine = call.connections.find(({ device, role }) => role !== "caller" && this.#isMine(device));
    if (mine?.state === "alerting") return [];
    this.#popped.delete(call.id);
    return mine === undefined ? [{ ...popped, type: "withdraw" }] : [];
  }

  #ring(call: Call): readonly Pop[] {
    const isHere = call.connections.some(({ device, state }) => state === "alerting" && this.#isMine(device));
    if (!isHere) return [];
    const number = call.connections.find(({ role }) => role === "caller")?.number ?? "";
    const contact = this.#contacts.get(number);
    const pop: Pop = { type: "pop", callId: call.id, number, ...(contact === undefined ? {} : { contact }) };
    this.#popped.set(call.id, pop);
    return [pop];
  }
}
