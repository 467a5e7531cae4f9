import type { StateChange } from "./change.ts";
import { kept } from "./kept-text.ts";
import type { ExtensionState, Mailbox, Presence } from "./model.ts";
import type { PbxEvent } from "./pbx-event.ts";

type StateEvent = Extract<PbxEvent, { readonly type: "device-state" | "extension-state" | "presence" | "mailbox" }>;

/**
 * States of devices, hints, people and mailboxes, as the PBX itself tells them.
 *
 * Invariant: a change is told only if something is different.
 */
export class States {
  readonly #devices = new Map<string, string>();
  readonly #extensions = new Map<string, ExtensionState>();
  readonly #presences = new Map<string, Presence>();
  readonly #mailboxes = new Map<string, Mailbox>();

  devices(): ReadonlyMap<string, string> {
    return this.#devices;
  }

  extensions(): ExtensionState[] {
    return [...this.#extensions.values()];
  }

  presences(): Presence[] {
    return [...this.#presences.values()];
  }

  mailboxes(): Mailbox[] {
    return [...this.#mailboxes.values()];
  }

  /** @returns what is to be told, if anything */
  on(event: StateEvent): StateChange | undefined {
    switch (event.type) {
      case "device-state": {
        const { device, state } = event;
        if (this.#devices.get(device) === state) return undefined;
        this.#devices.set(kept(device), kept(state));
        return { type: "device-state-changed", device, state };
      }
      case "extension-state":
        return this.#onExtension(event);
      case "presence": {
        const { presentity, state, subtype, message } = event;
        const before = this.#presences.get(presentity);
        if (before?.state === state && before.subtype === subtype && before.message === message) return undefined;
        const presence = {
          presentity: kept(presentity),
          state: kept(state),
          subtype: kept(subtype),
          message: kept(message),
        };
        this.#presences.set(presence.presentity, presence);
        return { type: "presence-changed", presence };
      }
      case "mailbox": {
        const { mailbox: name, newMessages, oldMessages } = event;
        const before = this.#mailboxes.get(name);
        if (before?.newMessages === newMessages && before.oldMessages === oldMessages) return undefined;
        const mailbox = { mailbox: kept(name), newMessages, oldMessages };
        this.#mailboxes.set(mailbox.mailbox, mailbox);
        return { type: "mailbox-changed", mailbox };
      }
      default:
        return undefined;
    }
  }

  #onExtension(event: Extract<StateEvent, { readonly type: "extension-state" }>): StateChange | undefined {
    const { exten, context, hint, status } = event;
    const key = `${exten}@${context}`;
    const before = this.#extensions.get(key);
    if (before?.status === status && before.hint === hint) return undefined;
    const extension = {
      exten: kept(exten),
      context: kept(context),
      hint: before?.hint === hint ? before.hint : kept(hint),
      status: kept(status),
    };
    this.#extensions.set(before === undefined ? kept(key) : key, extension);
    return { type: "extension-state-changed", extension };
  }
}
