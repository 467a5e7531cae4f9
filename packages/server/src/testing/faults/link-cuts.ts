import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "@cordboard/lab";
import { FaultStage, type StageOptions, type StageResult } from "./fault-stage.ts";

export interface LinkCutsOptions extends StageOptions {
  readonly cuts: number;
  /** Compare with Asterisk after so many. */
  readonly compareEvery: number;
}

/**
 * The AMI link of a server is cut again and again, at random moments and bytes, under a load of calls: whenever things stand still the
 * API says what Asterisk says, and in the end every client and the call history have everything exactly once.
 *
 * @throws Error that says what is wrong
 */
export async function linkCuts(options: LinkCutsOptions): Promise<StageResult> {
  await using stage = await FaultStage.open(options);
  return await stage.watch(() => cutAndCompare(stage, options));
}

async function cutAndCompare(stage: FaultStage, options: LinkCutsOptions): Promise<StageResult> {
  const { cuts, compareEvery, report = () => {} } = options;
  const { wire, random } = stage;
  let cutAt = performance.now();
  for (let done = 0; done < cuts;) {
    await waitFor(() => wire.isConnected, { timeoutMs: 90_000, what: "the server to connect again" });
    // A session that lasts as long as was waited for it lets the next wait be short again; some cuts fall into login and snapshot.
    const waited = performance.now() - cutAt;
    await sleep(random(5) === 0 ? random(60) : Math.max(250, waited + 50) + random(500));
    if (!wire.isConnected) continue;
    await stage.hurt();
    cutAt = performance.now();
    done++;
    if (done % compareEvery === 0) await stage.agree();
    if (done % 100 === 0) report(`${done} cuts`);
  }
  const result = await stage.finish();
  const acts = [...stage.phones.done].map(([what, times]) => `${what} ${times}`).join(", ");
  report(`what people did: ${acts}`);
  report(
    `${cuts} cuts, ${wire.connections} links; ${result.events} events and ${result.endedCalls} ended calls, each once; ` +
      `${result.followers} clients resumed ${result.resumed} times; ${result.compared} times compared with Asterisk (${result.comparedCalls} calls)`,
  );
  return result;
}
