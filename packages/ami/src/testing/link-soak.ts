import type { AmiClient } from "../client.ts";
import { AmiError } from "../errors.ts";
import type { AmiMessage } from "../message.ts";
import { connected, next } from "./connected.ts";
import { memoryInUse } from "./memory-watch.ts";
import { Random } from "./random.ts";
import { event, list, reply, ScriptedAsterisk, type ScriptedSession } from "./scripted-asterisk.ts";

export interface LinkSoakOptions {
  /** How many times the link is cut. */
  readonly cuts: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

interface Tally {
  answered: number;
  lost: number;
  settled: number;
  started: number;
}

const callsOfEachKind = 3;

/**
 * The link is cut at a random byte of the answers while calls of all kinds are pending: each settles, exactly once
 * and with its own answer or a typed error, and memory stays flat.
 *
 * @throws an Error that says what went wrong and the seed.
 */
export async function linkSoak({ cuts, seed, report = () => {} }: LinkSoakOptions): Promise<void> {
  const random = new Random(seed);
  const answers = new Map<ScriptedSession, string[]>();
  const keep = (action: AmiMessage, session: ScriptedSession, text: string): undefined => {
    answers.set(session, [...(answers.get(session) ?? []), text]);
  };
  await using peer = await ScriptedAsterisk.listen({
    actions: {
      getvar: (action, session) =>
        keep(action, session, reply(action, "Success", [`Value: ${action.get("Variable")}`])),
      queuestatus: (action, session) =>
        keep(action, session, list(action, ["QueueParams", "QueueMember", "QueueEntry"], "QueueStatusComplete")),
      originate: (action, session) => {
        const ended = event("OriginateResponse", [
          `ActionID: ${action.get("ActionID")}`,
          "Response: Success",
          `Channel: ${action.get("Channel")}`,
        ]);
        return keep(action, session, reply(action, "Success") + ended);
      },
      command: (action, session) =>
        keep(action, session, reply(action, "Success", [`Output: ${action.get("Command")}`])),
    },
  });
  await using client = await connected(peer);
  const tally: Tally = { answered: 0, lost: 0, settled: 0, started: 0 };
  let before = 0;
  for (let n = 0; n < cuts; n++) {
    const session = peer.last;
    const calls = startCalls(client, n, tally);
    const count = callsOfEachKind * 5;
    await peer.until(() => answers.get(session)?.length === count);
    const text = Buffer.from((answers.get(session) ?? []).join(event("Noise", ["Channel: x"])));
    const again = next(client, "state", ({ to }) => to === "ready");
    session.socket.write(text.subarray(0, random.below(text.length + 1)), () => session.socket.resetAndDestroy());
    await Promise.all(calls);
    await again;
    answers.delete(session);
    peer.sessions.splice(0, peer.sessions.length - 1);
    if (client.stats.pendingCalls !== 0)
      throw new Error(`cut ${n} of seed ${seed}: ${client.stats.pendingCalls} calls still pending`);
    if (n === Math.floor(cuts / 10)) before = memoryInUse();
    if ((n + 1) % 250 === 0)
      report(`${n + 1} cuts: ${tally.answered} calls answered, ${tally.lost} lost with the link`);
  }
  const grown = memoryInUse() - before;
  if (tally.settled !== tally.started)
    throw new Error(`${tally.started} calls, but ${tally.settled} settlements (seed ${seed})`);
  if (tally.answered === 0 || tally.lost === 0) throw new Error("the cuts were too tame to show anything");
  if (grown > 5_000_000) throw new Error(`memory grew by ${grown} bytes over ${cuts} cuts`);
  report(`${cuts} cuts, ${tally.settled} calls, each settled once; ${(grown / 1e6).toFixed(1)} MB more at the end`);
}

function startCalls(client: AmiClient, cut: number, tally: Tally): Promise<void>[] {
  const calls: Promise<void>[] = [];
  const expectOwn = (call: Promise<unknown>, expected: unknown): void => {
    tally.started++;
    const answered = (value: unknown): void => {
      tally.answered++;
      if (value !== expected)
        throw new Error(`the answer ${String(value)} belongs to another call than ${String(expected)}`);
    };
    const lost = (error: unknown): void => {
      tally.lost++;
      if (!(error instanceof AmiError)) throw error;
    };
    const done = call.finally(() => void tally.settled++).then(answered, lost);
    calls.push(done);
  };
  for (let n = 0; n < callsOfEachKind; n++) {
    const own = `${cut}-${n}`;
    expectOwn(
      client.action("Getvar", { Variable: own }).then((response) => response.get("Value")),
      own,
    );
    expectOwn(
      client.list("QueueStatus").then(({ items }) => items.length),
      3,
    );
    expectOwn(
      client.originate({ Channel: own }).then(({ channel }) => channel),
      own,
    );
    expectOwn(
      client.command(own).then(([line]) => line),
      own,
    );
    expectOwn(countItems(client), 3);
  }
  return calls;
}

async function countItems(client: AmiClient): Promise<number> {
  let count = 0;
  for await (const _item of client.listItems("QueueStatus")) count++;
  return count;
}
