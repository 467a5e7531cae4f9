import { AmiDecoder, type AmiMessage } from "../../packages/ami/dist/index.js";
import {
  amiEventsOfCalls,
  CallEngine,
  fromAmi,
  snapshotFromAmi,
  type AmiHeaders,
  type Change,
} from "../../packages/call-engine/dist/index.js";
import { TraceTruth } from "../../packages/call-engine/src/testing/trace-truth.ts";
import { listBytes } from "./list-bytes.ts";
import { Load, type Piece } from "./load.ts";
import type { EventsRun, MemoryRun, SnapshotRun } from "./measured.ts";

// One measurement in a process of its own, with the garbage collector in reach: `one.ts events|memory|snapshot CALLS EVENTS`.

/** Milliseconds between two events: so many calls of three minutes each have about so many events. */
const millisecondsPerEvent = 0.4;

const [kind = "", calls = "", events = ""] = process.argv.slice(2);
const newId = (): string => crypto.randomUUID();

/** A decoder and an engine behind it. */
class Reader {
  readonly engine: CallEngine = new CallEngine({ pbx: "bench", newCallId: newId });
  readonly #decoder = new AmiDecoder();
  readonly #truth: TraceTruth | undefined;
  changes = 0;
  ofCalls = 0;
  #seen = 0;

  constructor(truth?: TraceTruth) {
    this.#truth = truth;
    this.#decoder.want(new Set(amiEventsOfCalls));
  }

  read({ bytes, events: count }: Piece): void {
    const at = 1_790_000_000_000 + Math.floor(this.#seen * millisecondsPerEvent);
    this.#decoder.push(bytes, (message) => this.#take(message, at));
    this.#seen += count;
  }

  get at(): number {
    return 1_790_000_000_000 + Math.floor(this.#seen * millisecondsPerEvent);
  }

  #take(message: AmiMessage, at: number): void {
    const event = fromAmi(message);
    if (event === undefined) return;
    this.#truth?.apply(event);
    this.ofCalls++;
    this.changes += this.engine.apply(event, at).length;
  }
}

function readEvents(): EventsRun {
  const reader = new Reader();
  const load = new Load(Number(calls));
  for (const piece of load.pieces(Number(calls) * 150)) reader.read(piece);
  const pieces = load.pieces(Number(events));
  const [changesBefore, ofCallsBefore] = [reader.changes, reader.ofCalls];
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  for (const piece of pieces) reader.read(piece);
  const microseconds = cpuSince(cpu);
  const count = pieces.reduce((sum, piece) => sum + piece.events, 0);
  return {
    cpuMicrosPerEvent: microseconds / count,
    bytesPerEvent: pieces.reduce((sum, { bytes }) => sum + bytes.length, 0) / count,
    shareOfCalls: (reader.ofCalls - ofCallsBefore) / count,
    changesPerEvent: (reader.changes - changesBefore) / count,
    liveCalls: reader.engine.calls().length,
  };
}

/** Microseconds of all threads, garbage collection included: what else the machine does is not in it. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Not to be collected before the end. */
const held: unknown[] = [];

function heap(): number {
  for (let n = 0; n < 4; n++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function readMemory(): MemoryRun {
  const load = new Load(Number(calls));
  const reader = new Reader();
  held.push(reader);
  for (let left = Number(calls) * 150; left > 0; left -= 5000)
    for (const piece of load.pieces(5000)) reader.read(piece);
  const during = heap();
  const live = reader.engine.calls();
  const [liveCalls, channels] = [live.length, live.reduce((sum, { connections }) => sum + connections.length, 0)];
  live.length = 0;
  reader.engine.apply({ type: "pbx-down" }, reader.at);
  const after = heap();
  return { liveCalls, channels, bytesPerCall: (during - after) / liveCalls };
}

/** An engine misses a twentieth of all bursts; the PBX is asked for everything. */
function readSnapshot(): SnapshotRun {
  const truth = new TraceTruth();
  const load = new Load(Number(calls));
  const [witness, reader] = [new Reader(truth), new Reader()];
  for (const piece of load.pieces(Number(calls) * 150)) {
    witness.read(piece);
    reader.read(piece);
  }
  for (const piece of load.pieces(Number(calls) * 10)) witness.read(piece);
  const bytes = listBytes(truth.snapshot());
  const timed = (engine: CallEngine, at: number): { milliseconds: number; changes: readonly Change[] } => {
    globalThis.gc?.();
    const cpu = process.cpuUsage();
    const [channels, bridges, queues, parkedCalls]: [AmiHeaders[], AmiHeaders[], AmiHeaders[], AmiHeaders[]] = [
      [],
      [],
      [],
      [],
    ];
    const lists: Readonly<Record<string, AmiHeaders[]>> = {
      CoreShowChannel: channels,
      BridgeListItem: bridges,
      QueueEntry: queues,
      ParkedCall: parkedCalls,
    };
    new AmiDecoder().push(bytes, (message) => lists[message.name]?.push(message));
    const changes = engine.reconcile(snapshotFromAmi({ channels, bridges, queues, parkedCalls }), at);
    return { milliseconds: cpuSince(cpu) / 1000, changes };
  };
  const afterGap = timed(reader.engine, reader.at);
  const fresh = timed(new CallEngine({ pbx: "bench", newCallId: newId }), reader.at);
  const again = timed(reader.engine, reader.at + 1);
  return {
    channels: truth.snapshot().channels.length,
    bytes: bytes.length,
    afterGapMs: afterGap.milliseconds,
    afterGapChanges: afterGap.changes.length,
    freshMs: fresh.milliseconds,
    freshChanges: fresh.changes.length,
    nothingNewMs: again.milliseconds,
    nothingNewChanges: again.changes.length,
  };
}

const kinds: Readonly<Record<string, () => EventsRun | MemoryRun | SnapshotRun>> = {
  events: readEvents,
  memory: readMemory,
  snapshot: readSnapshot,
};
const result = kinds[kind]?.();
if (process.send === undefined) console.log(result);
else process.send(result);
