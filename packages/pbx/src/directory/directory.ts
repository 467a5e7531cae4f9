import { AmiActionError, type AmiClient } from "@cordboard/ami";
import { fromAmi, type CallEngine, type Change, type PbxEvent } from "@cordboard/call-engine";
import type { NoticeBoard } from "../notice-board.ts";
import {
  buildDirectory,
  type BuiltDirectory,
  type EndpointFacts,
  type HintFacts,
  type MailboxFacts,
  type MemberFacts,
} from "./build-directory.ts";
import { deviceOfChannel, isPlainNumber, leadsElsewhere, resourceOf } from "./device-names.ts";
import type { DirectoryChange, Extension } from "./extension.ts";
import { inParallel } from "./in-parallel.ts";
import { readDirectory } from "./read-directory.ts";
import { stateOfDevices } from "./state-of.ts";

/** A reload tells of each module; one look after the first is enough. */
const afterReloadMs = 1_000;
/** When it is tried again after a time-out, in milliseconds. */
const retryMs = 60_000;
/** Devices that are learnt from calls, at most. */
const maxSeen = 10_000;

type HintState = Extract<PbxEvent, { readonly type: "extension-state" }>;

/** What a {@link Directory} works with. */
export interface DirectoryParts {
  readonly id: string;
  readonly client: AmiClient;
  readonly engine: CallEngine;
  readonly notices: NoticeBoard;
  readonly schedule: (delayMs: number, run: () => void) => () => void;
  /** Takes events that come out of what was read. */
  readonly apply: (event: PbxEvent) => void;
  readonly tell: (change: DirectoryChange) => void;
}

/** Who is on a PBX: learnt from its hints, endpoints, mailboxes and queues, and from calls; read anew after each login and reload. */
export class Directory {
  readonly #parts: DirectoryParts;
  #hints = new Map<string, HintFacts>();
  #endpoints: readonly EndpointFacts[] = [];
  #mailboxes: readonly MailboxFacts[] = [];
  readonly #members = new Map<string, MemberFacts>();
  readonly #seen = new Map<string, string | undefined>();
  readonly #trunks = new Set<string>();
  #built: BuiltDirectory = { extensions: new Map(), numberOf: new Map() };
  /** Status of hints by `exten@context`. */
  readonly #status = new Map<string, string>();
  #isDirty = false;
  /** Counts readings, so that one that was overtaken is recognized. */
  #turn = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    parts.client.onEvent("Reload", () => {
      this.#cancelTimer ??= parts.schedule(afterReloadMs, () => void this.read());
    });
  }

  get extensions(): readonly Extension[] {
    return [...this.#fresh().extensions.values()].map((one) => this.#withState(one));
  }

  extension(number: string): Extension | undefined {
    const one = this.#fresh().extensions.get(number);
    return one && this.#withState(one);
  }

  extensionOf(device: string): string | undefined {
    return this.#fresh().numberOf.get(device);
  }

  /** Reads all anew; `hints` are those of a snapshot, if there is one. Never throws: what cannot be read is told as a notice. */
  async read(hints?: readonly HintState[]): Promise<void> {
    const { client, notices, id, schedule, engine, apply } = this.#parts;
    const turn = ++this.#turn;
    this.stop();
    try {
      const listed = hints ?? (await this.#listHints());
      if (turn !== this.#turn) return;
      if (listed.length > 0) this.#hints = new Map();
      for (const hint of listed) this.#learnHint(hint);
      for (const hint of listed) apply(hint);
      this.#members.clear();
      for (const queue of engine.queues()) for (const member of queue.members) this.#learnMember(member);
      this.#touch();
      const read = await readDirectory(client, (device) => this.extensionOf(device) !== undefined);
      if (turn !== this.#turn) return;
      this.#endpoints = read.endpoints;
      this.#mailboxes = read.mailboxes;
      this.#touch();
      // Whoever has hints misses little without the endpoints.
      const missed = read.notices.filter(({ action }) => action === "VoicemailUsersList" || this.#hints.size === 0);
      notices.set("directory", missed);
      for (const { box, context, newMessages, oldMessages } of read.mailboxes)
        apply({ type: "mailbox", mailbox: `${box}@${context}`, newMessages, oldMessages });
      await this.#countOtherMailboxes(turn);
    } catch (cause) {
      // After a lost link the next login reads it anew.
      if (turn !== this.#turn || client.state !== "ready") return;
      notices.add("directory", {
        code: "PBX_DIRECTORY_FAILED",
        message: `The extensions of ${id} could not be read; it is tried again in a minute. If this stays, raise the link's timeoutMs.`,
        cause,
      });
      this.#cancelTimer = schedule(retryMs, () => void this.read());
    }
  }

  /** Nothing is asked any more until the next {@link Directory.read}. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** Learns from what the engine is told. */
  hear(event: PbxEvent): void {
    if (event.type !== "dial-begun") return;
    const device = deviceOfChannel(event.destination.name);
    if (!leadsElsewhere(event.dialString, device) || !isPlainNumber(resourceOf(device)) || this.#trunks.has(device))
      return;
    if (this.#trunks.size < maxSeen) this.#trunks.add(device);
    this.#touch();
  }

  /** Learns from what the engine tells. */
  learn(change: Change): void {
    if (change.type === "extension-state-changed") {
      const { exten, context, status } = change.extension;
      this.#status.set(`${exten}@${context}`, status);
      if (this.#learnHint(change.extension)) this.#touch();
    } else if (change.type === "queue-changed") {
      let isNews = false;
      for (const member of change.queue.members) isNews = this.#learnMember(member) || isNews;
      if (isNews) this.#touch();
    } else if (change.type === "originated" || change.type === "delivered") {
      const { device, number, name } = change.connection;
      if (this.#seen.has(device) || this.#seen.size >= maxSeen) return;
      if (number === undefined || number !== resourceOf(device) || !isPlainNumber(number)) return;
      this.#seen.set(device, name);
      if (!this.#isNamed(device)) this.#touch();
    }
  }

  /** Of whom hints, endpoints and mailboxes tell all, a call tells no news. */
  #isNamed(device: string): boolean {
    const number = this.#built.numberOf.get(device);
    return number !== undefined && this.#built.extensions.get(number)?.name !== undefined;
  }

  /** @returns whether it is news */
  #learnHint({ exten, context, hint }: HintFacts): boolean {
    const key = `${exten}@${context}`;
    if (hint === "" || this.#hints.get(key)?.hint === hint) return false;
    this.#hints.set(key, { exten, context, hint });
    return true;
  }

  /** @returns whether it is news */
  #learnMember({ interface: its, stateInterface, name }: MemberFacts): boolean {
    const known = this.#members.get(its);
    if (known !== undefined && known.name === name && known.stateInterface === stateInterface) return false;
    this.#members.set(its, { interface: its, name, ...(stateInterface === undefined ? {} : { stateInterface }) });
    return true;
  }

  async #listHints(): Promise<HintState[]> {
    try {
      const { items } = await this.#parts.client.list("ExtensionStateList");
      return items.flatMap((item) => {
        const event = fromAmi(item);
        return event?.type === "extension-state" ? [event] : [];
      });
    } catch (error) {
      if (error instanceof AmiActionError) return [];
      throw error;
    }
  }

  /** Boxes that app_voicemail does not list, as when something else keeps them. */
  async #countOtherMailboxes(turn: number): Promise<void> {
    const { client, engine, apply } = this.#parts;
    const known = new Set(engine.mailboxes().map(({ mailbox }) => mailbox));
    const others = [...new Set(this.#endpoints.flatMap(({ mailbox }) => mailbox ?? []))].filter(
      (mailbox) => !known.has(mailbox),
    );
    let isDenied = false;
    await inParallel(others, 4, async (mailbox) => {
      if (isDenied || turn !== this.#turn) return;
      try {
        const counts = await client.action("MailboxCount", { Mailbox: mailbox });
        const [urgent, newOnes, old] = ["UrgMessages", "NewMessages", "OldMessages"].map(
          (header) => Number(counts.get(header)) || 0,
        ) as [number, number, number];
        apply({ type: "mailbox", mailbox, newMessages: urgent + newOnes, oldMessages: old });
      } catch (error) {
        if (!(error instanceof AmiActionError)) throw error;
        isDenied = true;
      }
    });
  }

  #withState(one: Extension): Extension {
    const { engine } = this.#parts;
    const state =
      (one.context === undefined ? undefined : this.#status.get(`${exactNumber(one)}@${one.context}`)) ??
      stateOfDevices(one.devices, engine.deviceStates());
    return state === undefined ? one : { ...one, state };
  }

  /** Something is different; what it makes of the extensions is told once all that came with it is heard. */
  #touch(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    queueMicrotask(() => void this.#fresh());
  }

  #fresh(): BuiltDirectory {
    if (!this.#isDirty) return this.#built;
    this.#isDirty = false;
    const before = this.#built.extensions;
    this.#built = buildDirectory({
      hints: this.#hints.values(),
      endpoints: this.#endpoints,
      mailboxes: this.#mailboxes,
      members: this.#members.values(),
      seen: this.#seen,
      trunks: this.#trunks,
    });
    const { extensions } = this.#built;
    const changed = [...extensions.values()].filter(
      (one) => JSON.stringify(one) !== JSON.stringify(before.get(one.number)),
    );
    const removed = [...before.keys()].filter((number) => !extensions.has(number));
    if (changed.length > 0 || removed.length > 0)
      this.#parts.tell({ changed: changed.map((one) => this.#withState(one)), removed });
    return this.#built;
  }
}

/** `1000@sales` of a number that two contexts have is `1000` in its own. */
function exactNumber({ number, context }: Extension): string {
  return number.endsWith(`@${context}`) ? number.slice(0, -`@${context}`.length) : number;
}
