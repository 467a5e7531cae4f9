import { setTimeout as delay } from "node:timers/promises";
import type { ChannelDump } from "../dumps.ts";
import type { LabProfile } from "../instance-state.ts";
import type { LabAsterisk, LabPhoneOptions } from "../lab-asterisk.ts";
import type { Leg } from "../phone/leg.ts";
import type { Phone } from "../phone/phone.ts";
import type { LabVersion } from "../versions.ts";
import { waitFor } from "../wait-for.ts";

/** A named course of events among real phones, which ends by itself and proves what happened. */
export interface Scenario {
  readonly name: string;
  /** One line for people. */
  readonly what: string;
  /** On these versions only; on all unless told. */
  readonly versions?: readonly LabVersion[];
  /** The profile it needs; `plain` unless told. */
  readonly profile?: LabProfile;
  readonly run: (stage: Stage) => Promise<void>;
}

/** What a scenario showed. */
export interface ScenarioReport {
  readonly name: string;
  readonly version: LabVersion;
  /** One sentence for each thing that was proved, in order: who heard whom, what Asterisk said. */
  readonly proofs: readonly string[];
  /** How long it took. */
  readonly milliseconds: number;
}

/** How a scenario is played. */
export interface PlayOptions {
  /** Milliseconds to stand still after every step, for people who watch and for recordings; 0 unless told. */
  readonly pauseMs?: number;
  /** Told every step and every proof as it comes. */
  readonly onLine?: (line: string) => void;
}

/** True if the scenario can be played on that Asterisk. */
export function fits(scenario: Scenario, lab: { readonly version: LabVersion; readonly profile: LabProfile }): boolean {
  return (scenario.versions?.includes(lab.version) ?? true) && (scenario.profile ?? "plain") === lab.profile;
}

/**
 * Plays a scenario. Its phones are gone when this resolves, and so are all channels.
 *
 * Scenarios on the same Asterisk use the same phones: one at a time.
 *
 * @throws LabTimeoutError, LabPhoneError if something did not happen
 */
export async function play(scenario: Scenario, lab: LabAsterisk, options: PlayOptions = {}): Promise<ScenarioReport> {
  const startedAt = performance.now();
  const stage = new Stage(lab, options);
  try {
    await scenario.run(stage);
  } finally {
    await stage.clear();
  }
  await lab.waitUntilIdle();
  return {
    name: scenario.name,
    version: lab.version,
    proofs: stage.proofs,
    milliseconds: Math.round(performance.now() - startedAt),
  };
}

/** What a scenario plays on: adds phones, and writes down what was proved. */
export class Stage {
  readonly lab: LabAsterisk;
  readonly proofs: string[] = [];
  readonly #options: PlayOptions;
  readonly #phones: Phone[] = [];
  readonly #cleanUps: (() => Promise<unknown>)[] = [];

  constructor(lab: LabAsterisk, options: PlayOptions) {
    this.lab = lab;
    this.#options = options;
  }

  /** Adds a phone that goes when the scenario ends. */
  async phone(number: string, options?: LabPhoneOptions): Promise<Phone> {
    const phone = await this.lab.addPhone(number, options);
    this.#phones.push(phone);
    return phone;
  }

  /** Tells what happens next, after a pause for those who watch. */
  async step(text: string): Promise<void> {
    if (this.#options.pauseMs) await delay(this.#options.pauseMs);
    this.#options.onLine?.(text);
  }

  /** Waits for a fact and writes it down. */
  async prove<T>(
    fact: string,
    condition: () => T | Promise<T>,
    timeoutMs = 5000,
  ): Promise<Exclude<T, false | null | undefined>> {
    const value = await waitFor(condition, { what: fact, timeoutMs, everyMs: 20 });
    this.#note(fact);
    return value;
  }

  /** Waits until each leg hears exactly those, and writes it down. */
  async hears(leg: Leg, ...whom: readonly string[]): Promise<void> {
    await leg.waitToHear(whom);
    this.#note(`${leg.number} hears ${whom.join(" and ")}`);
  }

  /** Waits until two phones hear each other, and nobody else. */
  async hearEachOther(one: Leg, other: Leg): Promise<void> {
    await this.hears(one, other.number);
    await this.hears(other, one.number);
  }

  /** Waits until Asterisk has exactly so many channels of phones. */
  async channels(count: number): Promise<readonly ChannelDump[]> {
    let found: readonly ChannelDump[] = [];
    await waitFor(
      async () => {
        found = (await this.lab.channels()).filter(({ name }) => /^(?:PJ)?SIP\//u.test(name));
        return found.length === count;
      },
      {
        what: () => `${count} channels of phones; there are ${found.map(({ name }) => name).join(", ") || "none"}`,
        everyMs: 20,
      },
    );
    this.#note(`Asterisk has ${count} channels of phones`);
    return found;
  }

  /** Waits until a call is over, and writes down who ended it. */
  async ended(leg: Leg, why?: string): Promise<void> {
    await leg.waitUntilEnded();
    const fact = `the call of ${leg.number} with ${leg.peer} has ended (${leg.endReason ?? "BYE"}) by ${leg.endedBy}`;
    if (why !== undefined)
      await waitFor(() => leg.endReason?.includes(why), { timeoutMs: 0, what: `${fact}, but for ${why}` });
    this.#note(fact);
  }

  /** Does something when the scenario is over, however it ended. */
  onEnd(cleanUp: () => Promise<unknown>): void {
    this.#cleanUps.push(cleanUp);
  }

  /** Stops all phones. */
  async clear(): Promise<void> {
    await Promise.all(this.#phones.map((phone) => phone.stop()));
    for (const cleanUp of this.#cleanUps) await cleanUp();
  }

  #note(fact: string): void {
    this.proofs.push(fact);
    this.#options.onLine?.(`  ${fact}`);
  }
}
