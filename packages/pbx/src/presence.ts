import { AmiActionError, type AmiClient } from "@cordboard/ami";
import { fromAmi, type PbxEvent, type Presence } from "@cordboard/call-engine";
import { isDenied } from "./denied.ts";
import { PbxPresenceError } from "./errors.ts";

/** The states that somebody may give himself (func_presencestate.c). */
export const presenceStates = ["not_set", "unavailable", "available", "away", "xa", "chat", "dnd"] as const;

/** One of {@link presenceStates}; `xa` is away for long. */
export type PresenceState = (typeof presenceStates)[number];

/** What is to be different; what is left out stays as it is. Texts have at most 255 bytes of UTF-8 and no control characters. */
export interface PresenceUpdate {
  readonly state?: PresenceState;
  readonly subtype?: string;
  readonly message?: string;
}

/** How long the PBX may take to show a new presence, in milliseconds. */
const shownWithinMs = 5_000;
/** func_presencestate.c cuts longer texts. */
const maxTextBytes = 255;

/** What a {@link PresenceWriter} works with. */
export interface PresenceWriterParts {
  readonly client: AmiClient;
  readonly schedule: (delayMs: number, run: () => void) => () => void;
  /** Takes what was read, as if the PBX had told it. */
  readonly apply: (event: PbxEvent) => void;
}

/** Writes presence with `PRESENCE_STATE(CustomPresence:…)`; needs the write class `call`, as reading it does (or `reporting`). */
export class PresenceWriter {
  readonly #parts: PresenceWriterParts;
  /** The last write of each presentity: one waits for the other, so that no field is lost. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(parts: PresenceWriterParts) {
    this.#parts = parts;
  }

  /**
   * Resolves with what the PBX shows afterwards.
   *
   * @throws PbxPresenceError `PBX_PRESENCE_WHO`, `PBX_PRESENCE_VALUE`, `PBX_PRESENCE_DENIED`, `PBX_PRESENCE_FAILED`; what `client.action` throws
   */
  async set(presentity: string, update: PresenceUpdate): Promise<Presence> {
    checkPresentity(presentity);
    checkUpdate(update);
    const before = this.#last.get(presentity) ?? Promise.resolve();
    const mine = before.then(
      () => this.#write(presentity, update),
      () => this.#write(presentity, update),
    );
    this.#last.set(presentity, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(presentity) === mine) this.#last.delete(presentity);
    }
  }

  async #write(presentity: string, update: PresenceUpdate): Promise<Presence> {
    const { client, apply } = this.#parts;
    const before = await this.#read(presentity);
    const wanted: Presence = { ...before, ...update };
    if (isSame(before, wanted)) {
      apply({ type: "presence", ...before });
      return before;
    }
    const shown = this.#whenShown(wanted);
    try {
      await client.action("Setvar", { Variable: `PRESENCE_STATE(${presentity})`, Value: valueOf(wanted) });
      if (await shown.promise) return wanted;
      // Without the read class call no event tells of it.
      const now = await this.#read(presentity);
      apply({ type: "presence", ...now });
      if (isSame(now, wanted)) return wanted;
      throw new PbxPresenceError(
        "PBX_PRESENCE_FAILED",
        `Asterisk took the presence of ${presentity}, but still shows it as ${now.state}: something else writes it too.`,
      );
    } catch (error) {
      throw presenceError(presentity, error);
    } finally {
      shown.cancel();
    }
  }

  async #read(presentity: string): Promise<Presence> {
    try {
      const [state, subtype, message] = await Promise.all([
        this.#field(presentity, "value"),
        this.#field(presentity, "subtype,e"),
        this.#field(presentity, "message,e"),
      ]);
      return { presentity, state, subtype: fromBase64(subtype), message: fromBase64(message) };
    } catch (error) {
      throw presenceError(presentity, error);
    }
  }

  async #field(presentity: string, field: string): Promise<string> {
    const { client } = this.#parts;
    const reply = await client.action("Getvar", { Variable: `PRESENCE_STATE(${presentity},${field})` });
    return reply.get("Value") ?? "";
  }

  /** Resolves with true at the event that shows it, with false after a while without. */
  #whenShown(wanted: Presence): { readonly promise: Promise<boolean>; readonly cancel: () => void } {
    const { client, schedule } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const unlisten = client.onEvent("PresenceStateChange", (message) => {
      const event = fromAmi(message);
      if (event?.type === "presence" && event.presentity === wanted.presentity && isSame(event, wanted)) resolve(true);
    });
    const cancelTimer = schedule(shownWithinMs, () => resolve(false));
    const cancel = (): void => {
      unlisten();
      cancelTimer();
      resolve(false);
    };
    return { promise, cancel };
  }
}

/** `state,subtype,message`, and in base64 where a text could be taken for something else than one text. */
function valueOf({ state, subtype, message }: Presence): string {
  if (/^[\w .-]*$/u.test(subtype + message) && message.trim() === message && subtype.trim() === subtype)
    return `${state},${subtype},${message}`;
  return `${state},${toBase64(subtype)},${toBase64(message)},e`;
}

function checkPresentity(presentity: string): void {
  if (/^CustomPresence:[\w.@+ -]{1,79}$/u.test(presentity)) return;
  throw new PbxPresenceError(
    "PBX_PRESENCE_WHO",
    `The presence of ${JSON.stringify(presentity)} cannot be written: give an extension, or CustomPresence: and a name.`,
  );
}

function checkUpdate({ state, subtype, message }: PresenceUpdate): void {
  if (state !== undefined && !presenceStates.includes(state))
    throw new PbxPresenceError(
      "PBX_PRESENCE_VALUE",
      `${JSON.stringify(state)} is no state of presence; there are ${presenceStates.join(", ")}.`,
    );
  for (const [name, text] of Object.entries({ subtype, message })) {
    if (text === undefined) continue;
    if (typeof text !== "string" || /[\p{Cc}\p{Cs}]/u.test(text) || Buffer.byteLength(text) > maxTextBytes)
      throw new PbxPresenceError(
        "PBX_PRESENCE_VALUE",
        `The ${name} of a presence is text of at most ${maxTextBytes} bytes without line ends or other control characters.`,
      );
  }
}

function presenceError(presentity: string, error: unknown): unknown {
  if (!(error instanceof AmiActionError)) return error;
  return isDenied(error)
    ? new PbxPresenceError(
        "PBX_PRESENCE_DENIED",
        `The AMI user may not write presence. Add call to its write= in manager.conf and reload.`,
        { cause: error },
      )
    : new PbxPresenceError(
        "PBX_PRESENCE_FAILED",
        `Asterisk refused the presence of ${presentity}: is func_presencestate loaded?`,
        { cause: error },
      );
}

function isSame(one: Presence | Omit<Presence, "presentity">, other: Presence): boolean {
  return one.state === other.state && one.subtype === other.subtype && one.message === other.message;
}

function toBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function fromBase64(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
