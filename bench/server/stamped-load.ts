import { Load } from "../engine/load.ts";
import { nowMicros, stampText } from "./stamp.ts";

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

const names: Readonly<Record<string, string>> = { 1001: "Ana", 1002: "Ping", 1003: "Omar" };
/** The queues of an office, as the recorded calls have them: who is in them, and the context of a member that is a Local channel. */
const queueKinds: readonly (readonly [queue: string, people: readonly string[], local?: string, hints?: string])[] = [
  ["sales", ["1002", "1003"]],
  ["support", ["1001", "1002", "1003"]],
  ["local", ["1002", "1003"], "queue-members", "phones"],
  ["700", ["1002", "1003"], "from-queue", "ext-local"],
  ["710", ["1001", "1002"], "from-queue", "ext-local"],
];

/** All queues of the PBX that is played: 1,000 of them. */
export const queues: readonly {
  readonly queue: string;
  readonly members: readonly { readonly name: string; readonly location: string; readonly stateInterface: string }[];
}[] = Array.from({ length: offices }, (_, office) =>
  queueKinds.map(([queue, members, local, hints]) => ({
    queue: `${queue}-${office}`,
    members: members.map((person) => {
      const number = `${person}${String(office).padStart(3, "0")}`;
      const name = names[person] ?? "";
      return local === undefined
        ? { name, location: `PJSIP/${number}`, stateInterface: `PJSIP/${number}` }
        : { name, location: `Local/${number}@${local}/n`, stateInterface: `hint:${number}@${hints}` };
    }),
  })),
).flat();

/** Stands for a stamp until the text is ready. */
const noStampYet = "~t------------~";

/** An event that is due at some time. */
interface DueEvent {
  readonly dueMicros: number;
  readonly text: string;
}

/**
 * The events of a PBX with so many calls at a time, without those of classes that the reader does not want. Bursts begin evenly; within one
 * the recorded pauses are kept. The name of each channel's caller is a stamp: the time at which he is named first.
 */
export class StampedLoad {
  readonly #load: Load;
  readonly #isWanted: (event: string) => boolean;
  readonly #nameOf = new Map<string, string>();
  /** In the order of time. */
  readonly #due: DueEvent[] = [];
  /** Channels that get their name with what is made now. */
  readonly #named: string[] = [];
  /** When the last event of a call is due. */
  readonly #lastOf = new Map<number, number>();
  #made = 0;

  constructor(calls: number, isWanted: (event: string) => boolean) {
    this.#load = new Load(calls, offices);
    this.#isWanted = isWanted;
  }

  /** What is to be written now so that there are `rate` events a second on average since `beganMicros`. */
  due(beganMicros: number, rate: number): { readonly text: string; readonly events: number } {
    const now = nowMicros();
    while (this.#made < ((now - beganMicros) / 1e6) * rate) {
      for (const { call, after, text } of this.#load.burst()) {
        if (!this.#isWanted(text)) continue;
        this.#made++;
        // A burst of a call does not overtake the one before.
        const dueMicros = Math.max(now + after * 1000, this.#lastOf.get(call) ?? 0);
        this.#lastOf.set(call, dueMicros);
        this.#insert({ dueMicros, text });
      }
    }
    const first = this.#due.findIndex(({ dueMicros }) => dueMicros > now);
    const events = this.#due.splice(0, first === -1 ? this.#due.length : first);
    const text = events.map((event) => this.#name(event.text)).join("");
    // Read last, so that the making of the text is not counted.
    const stamp = stampText(nowMicros());
    for (const id of this.#named.splice(0)) if (this.#nameOf.has(id)) this.#nameOf.set(id, stamp);
    return { text: text.replaceAll(noStampYet, stamp), events: events.length };
  }

  #insert(event: DueEvent): void {
    const before = this.#due.findLastIndex(({ dueMicros }) => dueMicros <= event.dueMicros);
    this.#due.splice(before + 1, 0, event);
  }

  /** The event with the names its channels have, or get now. */
  #name(event: string): string {
    const named = ["", "Dest"].reduce((text, prefix) => this.#nameChannel(text, prefix), event);
    const gone = /^Event: Hangup\r\n[\s\S]*^Uniqueid: (.*)\r$/mu.exec(event)?.[1];
    if (gone !== undefined) this.#nameOf.delete(gone);
    return named;
  }

  #nameChannel(event: string, prefix: string): string {
    const id = new RegExp(`^${prefix}Uniqueid: (.*?)\\r?$`, "mu").exec(event)?.[1];
    if (id === undefined) return event;
    return event.replace(
      new RegExp(`^(${prefix}CallerIDName: )(?!<unknown>)(.+?)(\\r?)$`, "mu"),
      (all, key, _, end) => {
        const known = this.#nameOf.get(id);
        if (known !== undefined) return `${key}${known}${end}`;
        if (!isToldAtOnce(event, prefix)) return all;
        this.#nameOf.set(id, noStampYet);
        this.#named.push(id);
        return `${key}${noStampYet}${end}`;
      },
    );
  }
}

/** A caller is told when his channel comes, who is called when it is dialled: a name from before would have to wait for that. */
function isToldAtOnce(event: string, prefix: string): boolean {
  return prefix === "Dest"
    ? event.startsWith("Event: DialBegin\r")
    : event.startsWith("Event: Newchannel\r") && event.includes("\r\nChannelStateDesc: Ring\r");
}
