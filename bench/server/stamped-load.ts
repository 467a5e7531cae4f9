import { Load } from "../engine/load.ts";
import { stampText } from "./stamp.ts";

/** Offices of five people each. */
export const offices = 200;
/** The people of an office, as the recorded calls have them. */
const people = ["1000", "1001", "1002", "1003", "1006"];

/** All extensions of the PBX that is played: 1,000 of them, each with one phone `PJSIP/<extension>`. */
export const extensions: readonly string[] = Array.from({ length: offices }, (_, office) =>
  extensionsOf(office),
).flat();

/** The five extensions of an office. */
export function extensionsOf(office: number): string[] {
  return people.map((person) => `${person}${String(office).padStart(3, "0")}`);
}

/** What happens at one moment: events that Asterisk sends together. */
export interface Burst {
  readonly text: string;
  readonly events: number;
}

const eventEnd = "\r\n\r\n";

/**
 * The bursts of events of a PBX with so many calls at a time, without those of classes that the reader does not want. The name of each
 * channel's caller is a stamp: the time at which the burst that first names him was asked for.
 */
export class StampedLoad {
  readonly #load: Load;
  readonly #isWanted: (event: string) => boolean;
  readonly #nameOf = new Map<string, string>();

  constructor(calls: number, isWanted: (event: string) => boolean) {
    this.#load = new Load(calls, offices);
    this.#isWanted = isWanted;
  }

  /** The next burst that has a wanted event; `micros` goes into it where somebody is named first. */
  next(micros: number): Burst {
    for (;;) {
      const [piece] = this.#load.pieces(1, 1);
      const events = (piece?.bytes.toString() ?? "").split(eventEnd).filter((event) => event !== "");
      const wanted = events.map((event) => this.#stamp(event, micros)).filter((event) => this.#isWanted(event));
      if (wanted.length > 0) return { text: wanted.map((event) => event + eventEnd).join(""), events: wanted.length };
    }
  }

  #stamp(event: string, micros: number): string {
    const stamped = ["", "Dest"].reduce((text, prefix) => this.#stampChannel(text, prefix, micros), event);
    const gone = /^Event: Hangup\r\n[\s\S]*^Uniqueid: (.*)\r$/mu.exec(event)?.[1];
    if (gone !== undefined) this.#nameOf.delete(gone);
    return stamped;
  }

  #stampChannel(event: string, prefix: string, micros: number): string {
    const id = new RegExp(`^${prefix}Uniqueid: (.*?)\\r?$`, "mu").exec(event)?.[1];
    if (id === undefined) return event;
    return event.replace(new RegExp(`^(${prefix}CallerIDName: )(?!<unknown>)(.+?)(\\r?)$`, "mu"), (_, key, __, end) => {
      const name = this.#nameOf.get(id) ?? stampText(micros);
      this.#nameOf.set(id, name);
      return `${key}${name}${end}`;
    });
  }
}
