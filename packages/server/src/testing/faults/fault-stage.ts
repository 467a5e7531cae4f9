import { setTimeout as sleep } from "node:timers/promises";
import { AmiClient } from "@cordboard/ami";
import { startAsterisk, waitFor, type LabAsterisk } from "@cordboard/lab";
import { Follower } from "./follower.ts";
import { PhonesAtWork } from "./phones-at-work.ts";
import { askTruth, differences } from "./pbx-truth.ts";
import { oneOf, randomFrom, type Random } from "./random.ts";
import { ServerProcess } from "./server-process.ts";
import { WildRelay, type Trouble } from "./wild-relay.ts";

/** How long Asterisk and the API may disagree while nobody does anything, in milliseconds: time-outs of calls still run out. */
const agreeMs = 20_000;
/** What may happen to a wire; most of all it is cut in the middle of something. */
const troubles: readonly Trouble[] = [
  "at-byte",
  "at-byte",
  "at-byte",
  "at-byte",
  "reset",
  "reset",
  "end",
  "stall",
  "half-open",
  "refused",
];

export interface StageOptions {
  readonly version: 22 | 16;
  /** Of all that is random. */
  readonly seed: number;
  readonly report?: (line: string) => void;
}

/** What a run has shown. */
export interface StageResult {
  readonly events: number;
  readonly endedCalls: number;
  /** How often API and Asterisk were compared, and how many calls there were then. */
  readonly compared: number;
  readonly comparedCalls: number;
  readonly followers: number;
  /** How often followers came back. */
  readonly resumed: number;
}

/**
 * A real Asterisk with phones that do what they like, a server process behind a wire that can be hurt, and clients that write down what
 * they get, behind wires of their own that are hurt all the time.
 */
export class FaultStage implements AsyncDisposable {
  readonly lab: LabAsterisk;
  readonly witness: AmiClient;
  /** Between server and Asterisk. */
  readonly wire: WildRelay;
  readonly server: ServerProcess;
  readonly phones: PhonesAtWork;
  readonly random: Random;
  readonly #followers: readonly Follower[];
  readonly #over: AbortController;
  readonly #troubling: Promise<unknown>;
  readonly #things: AsyncDisposableStack;
  #compared = 0;
  #comparedCalls = 0;

  private constructor(
    parts: Pick<FaultStage, "lab" | "witness" | "wire" | "server" | "phones" | "random">,
    followers: readonly Follower[],
    relays: readonly WildRelay[],
    things: AsyncDisposableStack,
  ) {
    this.lab = parts.lab;
    this.witness = parts.witness;
    this.wire = parts.wire;
    this.server = parts.server;
    this.phones = parts.phones;
    this.random = parts.random;
    this.#followers = followers;
    this.#things = things;
    this.#over = new AbortController();
    this.#troubling = Promise.all(relays.map((relay) => this.#trouble(relay)));
  }

  static async open({ version, seed }: StageOptions): Promise<FaultStage> {
    const random = randomFrom(seed);
    await using things = new AsyncDisposableStack();
    const lab = things.use(await startAsterisk({ version }));
    const { user, secret } = lab.users.amiFull;
    const witness = things.use(
      new AmiClient({ host: lab.host, port: lab.ports.ami, username: user, secret, events: "off" }),
    );
    await witness.connect();
    const wire = things.use(await WildRelay.to(lab.ports.ami));
    const server = things.use(await ServerProcess.start(`ami://${user}:${secret}@127.0.0.1:${wire.port}`));
    const [near, far] = [things.use(await WildRelay.to(server.port)), things.use(await WildRelay.to(server.port))];
    await waitFor(() => server.isPbxUp(), { timeoutMs: 20_000, everyMs: 50, what: "the PBX to be up" });
    const follow = (name: string, transport: Follower["transport"], port: number, filter = ""): Follower =>
      things.use(new Follower({ name, transport, port, filter, token: server.token, random }));
    const followers = [
      follow("WebSocket", "websocket", server.port),
      follow("SSE", "sse", server.port),
      follow("WebSocket, cut", "websocket", near.port),
      follow("SSE, cut", "sse", near.port),
      follow("WebSocket, cut, one extension", "websocket", far.port, "extension=1002"),
      follow("SSE, cut, one extension", "sse", far.port, "extension=1002"),
      follow("WebSocket, cut, ends of calls", "websocket", far.port, "type=call-cleared"),
    ];
    await waitFor(() => followers.every(({ cursor }) => cursor !== undefined), {
      timeoutMs: 10_000,
      what: "snapshots",
    });
    const phones = await PhonesAtWork.start(lab, random);
    return new FaultStage({ lab, witness, wire, server, phones, random }, followers, [near, far], things.move());
  }

  /** Runs something, and says with its failure how everything is. */
  async watch<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const asterisk = await this.lab.cli("core show uptime").catch(String);
      throw new Error(
        `${message}\n${await this.server.condition()}\nAsterisk: ${asterisk}\nwire: ${this.wire.connections} links so far, refuses ${this.wire.refuses}`,
        { cause },
      );
    }
  }

  /** Hurts the wire to Asterisk in one way or another; resolves when that is over. */
  async hurt(): Promise<void> {
    await this.wire.make(oneOf(this.random, troubles), this.random);
  }

  /** Everybody pauses, and what the API says has to become what Asterisk says. @throws LabTimeoutError with the differences */
  async agree(): Promise<void> {
    const { server, witness } = this;
    this.phones.pause();
    let found: readonly string[] = [];
    await waitFor(
      async () => {
        if (!(await server.isPbxUp())) return false;
        const calls = await server.calls();
        const truth = await askTruth(witness);
        found = differences(calls, truth);
        if (found.length > 0) return false;
        this.#compared++;
        this.#comparedCalls += calls.length;
        return true;
      },
      {
        timeoutMs: agreeMs,
        everyMs: 100,
        what: () => `the API to say what Asterisk says: ${found.join("; ") || "the PBX is not up"}`,
      },
    );
    this.phones.resume();
  }

  /**
   * Ends all calls, and compares: the API with Asterisk, each follower with the log, the history with the calls that the log says have ended.
   *
   * @throws Error with all that is wrong
   */
  async finish(): Promise<StageResult> {
    const { server, lab } = this;
    this.#over.abort();
    await this.#troubling;
    await this.phones.stop();
    await this.agree();
    const left = await server.calls();
    const marker = await this.#lastCall();
    const problems = left.map(({ id }) => `call ${id} is left`);
    const starts = this.#followers.map(({ startCursor = "" }) => startCursor);
    const readLog = async (filter: string, after: string): Promise<Follower> => {
      const reader = this.#things.use(
        new Follower({
          name: "log",
          transport: "websocket",
          port: server.port,
          filter,
          after,
          token: server.token,
          random: this.random,
        }),
      );
      await lab.waitFor(() => reader.lastCleared >= marker, { timeoutMs: 60_000, what: "the end of the log" });
      return reader;
    };
    for (const [index, follower] of this.#followers.entries()) {
      await lab.waitFor(() => follower.lastCleared >= marker, {
        timeoutMs: 30_000,
        what: `${follower.name} to get the last call (${follower.problems.join("; ")})`,
      });
      const log = await readLog(follower.filter, starts[index] ?? "");
      problems.push(
        ...[...follower.problems, ...log.problems, ...unlike(follower, log, marker)].map(
          (one) => `${follower.name}: ${one}`,
        ),
      );
    }
    const log = await readLog("", starts[0] ?? "");
    const records = (await server.history()).map(({ id }) => id);
    problems.push(...unlikeHistory(log.cleared, records));
    if (problems.length > 0) throw new Error(`${problems.length} problems: ${problems.slice(0, 20).join("\n")}`);
    return {
      events: log.taken.length,
      endedCalls: records.length,
      compared: this.#compared,
      comparedCalls: this.#comparedCalls,
      followers: this.#followers.length,
      resumed: this.#followers.reduce((sum, { connections }) => sum + connections - 1, 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#troubling;
    await this.#things.disposeAsync();
  }

  /** A call that every follower gets the end of; returns the number of the event of its end. */
  async #lastCall(): Promise<number> {
    const before = this.#followers[0]?.lastCleared ?? 0;
    const phone = await this.lab.addPhone("1002");
    const call = await phone.call("600");
    await call.waitUntilUp();
    call.hangUp();
    const log = this.#followers[0];
    return waitFor(() => (log !== undefined && log.lastCleared > before ? log.lastCleared : undefined), {
      timeoutMs: 20_000,
      what: "the end of the last call",
    });
  }

  async #trouble(relay: WildRelay): Promise<void> {
    while (!this.#over.signal.aborted) {
      await sleep(100 + this.random(1500));
      await relay.make(oneOf(this.random, troubles), this.random);
    }
  }
}

/** How what a follower has got differs from the log, up to that event. */
function unlike(follower: Follower, log: Follower, last: number): string[] {
  const [has, should] = [follower, log].map(({ taken }) => taken.filter(({ seq }) => seq <= last));
  if (has === undefined || should === undefined) return [];
  const wrong = should.findIndex(({ seq, sum }, index) => has[index]?.seq !== seq || has[index]?.sum !== sum);
  if (wrong === -1 && has.length === should.length) return [];
  const [own, its] = [has[wrong], should[wrong]];
  return [
    `has ${has.length} events of ${should.length}; at ${wrong} it has ${own?.seq}, the log ${its?.seq}${own?.seq === its?.seq ? " with other content" : ""}`,
  ];
}

function unlikeHistory(ended: readonly string[], records: readonly string[]): string[] {
  const [inLog, inHistory] = [new Set(ended), new Set(records)];
  return [
    ...(inLog.size === ended.length ? [] : ["a call has ended twice"]),
    ...(inHistory.size === records.length ? [] : ["the history has a call twice"]),
    ...ended.filter((id) => !inHistory.has(id)).map((id) => `the history lacks call ${id}`),
    ...records.filter((id) => !inLog.has(id)).map((id) => `call ${id} is in the history and has not ended`),
  ];
}
