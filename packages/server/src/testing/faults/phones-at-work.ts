import { setTimeout as sleep } from "node:timers/promises";
import type { LabAsterisk, Phone } from "@cordboard/lab";
import { oneOf, type Random } from "./random.ts";

const people = ["1000", "1001", "1002", "1003", "1006"];
/** Whom they call: each other, with feature codes too, ring groups, queues, the IVR, a conference room, the echo, parked calls. */
const numbers = [...people, ...people, "31000", "31002", "720", "721", "700", "710", "715", "500", "800", "600", "701"];
const transferTargets = [...people, "720", "700", "800", "70"];

/** Phones of real people who call, answer, refuse, hold, transfer, park, wait in queues and hang up, until they are told to stop. */
export class PhonesAtWork {
  readonly #lab: LabAsterisk;
  readonly #random: Random;
  readonly #working: Promise<unknown>;
  #paused = false;
  #over = false;
  /** What they have done so far, by name. */
  readonly done: Map<string, number> = new Map();

  private constructor(lab: LabAsterisk, phones: readonly Phone[], random: Random) {
    this.#lab = lab;
    this.#random = random;
    this.#working = Promise.all(phones.map((phone) => this.#work(phone)));
  }

  static async start(lab: LabAsterisk, random: Random): Promise<PhonesAtWork> {
    return new PhonesAtWork(lab, await lab.addPhones(people, { onCall: "ring" }), random);
  }

  /** Nobody does anything more until {@link resume}; calls go on. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /** Everybody hangs up; resolves when Asterisk has no channel left. */
  async stop(): Promise<void> {
    this.#over = true;
    await this.#working;
    await this.#lab.stopPhones();
    for (const { name } of await this.#lab.channels()) await this.#lab.cli(`channel request hangup ${name}`);
    await this.#lab.waitUntilIdle({ timeoutMs: 20_000 });
  }

  async #work(phone: Phone): Promise<void> {
    while (!this.#over) {
      await sleep(50 + this.#random(350));
      if (this.#paused) continue;
      const act = this.#nextActOf(phone);
      if (act === undefined) continue;
      const [name, run] = act;
      // Asterisk refuses some of what they try, and so do calls that have just ended.
      await Promise.resolve(run()).then(
        () => this.done.set(name, (this.done.get(name) ?? 0) + 1),
        () => {},
      );
    }
  }

  #nextActOf(phone: Phone): [name: string, run: () => unknown] | undefined {
    const random = this.#random;
    const rings = phone.legs.find(({ state, direction }) => state === "ringing" && direction === "in");
    const [first, second] = phone.legs.filter(({ state }) => state === "up");
    const choice = random(12);
    if (rings !== undefined && choice < 8)
      return choice < 6
        ? ["answered", () => rings.answer()]
        : ["refused", () => rings.reject(oneOf(random, [486, 603]))];
    if (phone.legs.length < 2 && choice < 6) return ["called", () => phone.call(oneOf(random, numbers))];
    if (first === undefined) return choice >= 10 ? ["hung up", () => phone.legs[0]?.hangUp()] : undefined;
    if (second !== undefined && choice < 8)
      return ["transferred after a consultation", () => first.attendedTransfer(second)];
    if (choice < 7) return ["transferred blindly", () => first.blindTransfer(oneOf(random, transferTargets))];
    if (choice === 7) return ["held", () => first.hold()];
    if (choice === 8) return ["retrieved", () => first.retrieve()];
    if (choice === 9)
      return ["dialled a feature code or a digit", () => first.sendDigits(oneOf(random, ["#11003", "#72", "1"]))];
    return ["hung up", () => first.hangUp()];
  }
}
