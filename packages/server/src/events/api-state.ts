import type * as engine from "@cordboard/pbx";
import type { ConferenceRoom, Extension, Mailbox, ParkedCall, Presence, Queue, QueueMember } from "@cordboard/sdk";
import { parkingOf } from "./api-call.ts";
import { isoTime } from "./iso-time.ts";
import type { LiveState } from "./live-state.ts";
import type { DirectoryEntry, PbxSource } from "./pbx-source.ts";

/** By number, which is Asterisk's AST_DEVICE_* (include/asterisk/devicestate.h). */
const memberStatuses: readonly QueueMember["status"][] = [
  "unknown",
  "idle",
  "in-use",
  "busy",
  "invalid",
  "unavailable",
  "ringing",
  "ringing-in-use",
  "on-hold",
];

const presenceStates: readonly string[] = ["not_set", "unavailable", "available", "away", "xa", "chat", "dnd"];

/** What is no call, as the API tells it. Who waits, confers or is parked is looked up in `live`, extensions in the directory of the PBX. */
export class ApiStates {
  readonly #source: PbxSource;
  readonly #live: LiveState;
  readonly #ownerOfPresentity = new Map<string, string>();
  readonly #ownerOfMailbox = new Map<string, string>();

  constructor(source: PbxSource, live: LiveState) {
    this.#source = source;
    this.#live = live;
    this.readDirectory();
  }

  /** The directory is another one now. */
  readDirectory(): void {
    this.#ownerOfPresentity.clear();
    this.#ownerOfMailbox.clear();
    for (const { number, presentity, mailbox } of this.#source.extensions) {
      if (presentity !== undefined) this.#ownerOfPresentity.set(presentity, number);
      if (mailbox !== undefined) this.#ownerOfMailbox.set(mailbox, number);
    }
  }

  /** The extension of a device; while the directory is not read yet, what was known of it last. */
  extensionOf(device: string): string | undefined {
    return this.#source.extensionOf(device) ?? this.#live.extensionOf(this.#source.id, device);
  }

  queue(queue: engine.Queue): Queue {
    const { name, callers, members } = queue;
    return {
      pbx: this.#source.id,
      name,
      callers: callers.map(({ channelId, position, joinedAt }) => ({
        channelId,
        position,
        joinedAt: isoTime(joinedAt),
        ...this.#place(channelId),
      })),
      members: members.map((member) => this.#member(member)),
    };
  }

  room({ name, participants, recording }: engine.ConferenceRoom): ConferenceRoom {
    return {
      pbx: this.#source.id,
      name,
      participants: participants.map((one) => ({ ...one, ...this.#place(one.channelId) })),
      recording,
    };
  }

  parked(parked: engine.ParkedCall): ParkedCall {
    return {
      pbx: this.#source.id,
      ...parkingOf(parked),
      channelId: parked.channelId,
      ...this.#place(parked.channelId),
    };
  }

  presence({ presentity, state, subtype, message }: engine.Presence): Presence {
    const extension = this.#ownerOfPresentity.get(presentity);
    return {
      pbx: this.#source.id,
      presentity,
      ...(extension === undefined ? {} : { extension }),
      state: presenceStates.includes(state) ? (state as Presence["state"]) : "not_set",
      subtype,
      message,
    };
  }

  mailbox({ mailbox, newMessages, oldMessages }: engine.Mailbox): Mailbox {
    const extension = this.#ownerOfMailbox.get(mailbox);
    return {
      pbx: this.#source.id,
      mailbox,
      ...(extension === undefined ? {} : { extension }),
      newMessages: Math.max(0, newMessages),
      oldMessages: Math.max(0, oldMessages),
    };
  }

  extension({ number, context, name, devices, state }: DirectoryEntry): Extension {
    const { deviceStates } = this.#source;
    const known = this.#live.extension(this.#source.id, number);
    return {
      pbx: this.#source.id,
      number,
      ...(name === undefined ? {} : { name }),
      ...(context === undefined ? {} : { context }),
      devices: devices.map((device) => {
        const itsState = deviceStates.get(device);
        return { name: device, ...(itsState === undefined ? {} : { state: itsState }) };
      }),
      ...(state === undefined ? {} : { state }),
      ...(known?.presence === undefined ? {} : { presence: known.presence }),
      ...(known?.mailbox === undefined ? {} : { mailbox: known.mailbox }),
      callIds: known?.callIds ?? [],
    };
  }

  #place(channelId: string): ReturnType<LiveState["place"]> {
    return this.#live.place(this.#source.id, channelId);
  }

  #member(member: engine.QueueMember): QueueMember {
    const { status, ...rest } = member;
    const extension = this.#memberExtension(member);
    return {
      ...rest,
      ...(extension === undefined ? {} : { extension }),
      status: memberStatuses[status] ?? "unknown",
    };
  }

  /** A member may be a device, or a number that is called through a Local channel, or be watched by its hint. */
  #memberExtension({ interface: called, stateInterface }: engine.QueueMember): string | undefined {
    for (const name of [stateInterface, called]) {
      if (name === undefined) continue;
      const extension = this.extensionOf(name);
      if (extension !== undefined) return extension;
      const number = /^(?:Local\/|hint:)([^@/]+)@/i.exec(name)?.[1];
      if (number !== undefined && this.#isExtension(number)) return number;
    }
    return undefined;
  }

  #isExtension(number: string): boolean {
    return this.#source.extension(number) !== undefined || this.#live.extension(this.#source.id, number) !== undefined;
  }
}
