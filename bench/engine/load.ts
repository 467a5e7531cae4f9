import { readFileSync } from "node:fs";
import { join } from "node:path";

// AMI text of any number of live calls: recorded calls of the lab's Asterisk 22 with fresh ids, in a random order of their bursts.

/** What is played, and how often among so many: mostly plain calls. */
const mix: readonly (readonly [name: string, share: number])[] = [
  ["basic", 8],
  ["hold", 3],
  ["ring-group-local", 2],
  ["freepbx-queue", 3],
  ["queue-local", 2],
  ["attended-transfer", 2],
  ["blind-transfer", 1],
  ["park", 1],
];

/** Milliseconds without an event that end a burst: what follows may be minutes later. */
const pause = 20;
/** Ids that one call may use up. */
const idsOfCall = 64;

type Part = string | ((call: number, offices: number) => string);
interface Message {
  /** Milliseconds after the first of its burst. */
  readonly after: number;
  /** Cut up where its ids are. */
  readonly parts: readonly Part[];
}

/** The messages of a recorded call, in bursts. */
type Template = readonly (readonly Message[])[];

const tokens = new RegExp(
  [
    String.raw`(?<id>\b\d{10}\.\d+\b)`,
    String.raw`(?<uuid>[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))`,
    String.raw`(?<=-)(?<serial>[0-9a-f]{8})\b`,
    String.raw`\b(?<number>100[0-6])\b`,
    String.raw`(?<=Queue: ?)(?<queue>\w+)`,
    String.raw`(?<=(?:ParkingSpace|Conference): )(?<place>\d+)`,
  ].join("|"),
  "gu",
);

interface Recorded {
  readonly at: number;
  readonly from: string;
  readonly data: string;
}

function readTemplate(name: string): Template {
  const lines = readFileSync(join(import.meta.dirname, "traces", "22", `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  const all = lines.slice(1).map((line) => JSON.parse(line) as Recorded);
  const events = all.filter(({ from, data }) => from === "asterisk" && /^Event: (?!TestEvent)/u.test(data));
  const first = events.findIndex(({ data }) => data.startsWith("Event: Newchannel"));
  const last = events.findLastIndex(({ data }) => data.startsWith("Event: Hangup\r"));
  const bursts: Message[][] = [];
  let [before, began] = [-Infinity, 0];
  for (const { at, data } of events.slice(first, last + 1)) {
    if (at - before >= pause) {
      bursts.push([]);
      began = at;
    }
    before = at;
    bursts.at(-1)?.push({ after: at - began, parts: partsOf(data) });
  }
  return bursts;
}

function partsOf(data: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of data.matchAll(tokens)) {
    parts.push(data.slice(end, match.index), fresh(match.groups ?? {}));
    end = match.index + match[0].length;
  }
  parts.push(data.slice(end));
  return parts;
}

function fresh({ id, uuid, serial, number, queue, place }: Record<string, string | undefined>): Part {
  if (id !== undefined) {
    const sequence = Number(id.slice(11)) % idsOfCall;
    return (call) => `1795274044.${call * idsOfCall + sequence}`;
  }
  if (uuid !== undefined)
    return (call) => ((Number.parseInt(uuid, 16) + call * 7919) % 2 ** 32).toString(16).padStart(8, "0");
  if (serial !== undefined) {
    const sequence = Number.parseInt(serial, 16) % idsOfCall;
    return (call) => (call * idsOfCall + sequence).toString(16).padStart(8, "0");
  }
  if (number !== undefined) return (call, offices) => `${number}${String(call % offices).padStart(3, "0")}`;
  if (queue !== undefined) return (call, offices) => `${queue.split("_")[0]}-${call % offices}`;
  return (call) => `${place}${call}`;
}

/** A small generator of random numbers (mulberry32): every run and every library gets the same bytes. */
function chooser(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

interface PlayedCall {
  readonly template: Template;
  readonly number: number;
  burst: number;
}

/** An event of a burst. */
export interface TimedEvent {
  /** Number of its call. */
  readonly call: number;
  /** Milliseconds after the first event of its burst. */
  readonly after: number;
  readonly text: string;
}

function eventsOf(call: PlayedCall, offices: number): TimedEvent[] {
  const burst = call.template[call.burst++] ?? [];
  return burst.map(({ after, parts }) => ({
    call: call.number,
    after,
    text: parts.map((part) => (typeof part === "string" ? part : part(call.number, offices))).join(""),
  }));
}

/** Bytes as a socket would bring them, and how many events end in them. */
export interface Piece {
  readonly bytes: Buffer;
  readonly events: number;
}

/** The wire of a PBX with so many calls at a time: when one ends the next begins. */
export class Load {
  readonly #templates: readonly Template[] = mix.flatMap(([name, share]) =>
    Array<Template>(share).fill(readTemplate(name)),
  );
  readonly #choose = chooser(1);
  readonly #calls: PlayedCall[];
  readonly #offices: number;
  #made = 0;

  /** Extensions are taken from so many offices of five. */
  constructor(calls: number, offices = 1000) {
    this.#offices = offices;
    this.#calls = Array.from({ length: calls }, () => this.#newCall());
  }

  /** At least so many events more, in pieces of about so many bytes. */
  pieces(events: number, size = 65_536): Piece[] {
    const pieces: Piece[] = [];
    for (let made = 0; made < events;) {
      let [text, count] = ["", 0];
      while (text.length < size) {
        const burst = this.burst();
        count += burst.length;
        for (const event of burst) text += event.text;
      }
      pieces.push({ bytes: Buffer.from(text), events: count });
      made += count;
    }
    return pieces;
  }

  /** What the next call says; where it ends, the next one begins. */
  burst(): TimedEvent[] {
    const index = this.#choose(this.#calls.length);
    const call = this.#calls[index] ?? this.#newCall();
    const events = eventsOf(call, this.#offices);
    if (call.burst < call.template.length) return events;
    const next = this.#newCall();
    this.#calls[index] = next;
    return [...events, ...eventsOf(next, this.#offices)];
  }

  #newCall(): PlayedCall {
    const template = this.#templates[this.#choose(this.#templates.length)] ?? [];
    return { template, number: this.#made++, burst: 0 };
  }
}
