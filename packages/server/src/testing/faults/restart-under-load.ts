import { setTimeout as sleep } from "node:timers/promises";
import { FaultStage, type StageOptions, type StageResult } from "./fault-stage.ts";

export interface RestartOptions extends StageOptions {
  readonly kills: number;
}

/**
 * A server is killed again and again under a load of calls. After each restart there is no ghost, every call that was there goes on or has
 * ended, and every cursor leads on; in the end every client and the call history have everything exactly once.
 *
 * @throws Error that says what is wrong
 */
export async function restartUnderLoad(options: RestartOptions): Promise<StageResult> {
  await using stage = await FaultStage.open(options);
  return await stage.watch(() => killAndCompare(stage, options));
}

async function killAndCompare(stage: FaultStage, options: RestartOptions): Promise<StageResult> {
  const { kills, report = () => {} } = options;
  const { server, random } = stage;
  let [wentOn, ended] = [0, 0];
  for (let done = 1; done <= kills; done++) {
    await sleep(200 + random(2500));
    const before = await server.calls();
    await sleep(random(100));
    await server.kill();
    // Calls begin and end while nobody watches.
    await sleep(random(500));
    await server.start();
    await stage.agree();
    const live = new Set((await server.calls()).map(({ id }) => id));
    const past = new Set((await server.history()).map(({ id }) => id));
    for (const { id } of before) {
      if (live.has(id)) wentOn++;
      else if (past.has(id)) ended++;
      else throw new Error(`kill ${done}: call ${id} was there before, and is neither live nor in the history`);
    }
    if (done % 10 === 0) report(`${done} kills`);
  }
  const result = await stage.finish();
  report(
    `${kills} kills; of the calls that were there ${wentOn} went on under their ids and ${ended} had ended; ` +
      `${result.events} events and ${result.endedCalls} ended calls, each once; ${result.followers} clients resumed ${result.resumed} times; ` +
      `${result.compared} times compared with Asterisk (${result.comparedCalls} calls)`,
  );
  return result;
}
