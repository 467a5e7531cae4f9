import { AriArgumentError } from "./errors.ts";

/** The longest time that a timer of Node's can keep, in milliseconds; a longer one would end at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** An option in milliseconds. @throws {AriArgumentError} `ARI_BAD_OPTION` if it is 0 or less, no number, or over {@link MAX_TIMER_MS}. */
export function milliseconds(name: string, value: number | undefined, fallback: number): number {
  const time = value ?? fallback;
  if (time > 0 && time <= MAX_TIMER_MS) return time;
  throw new AriArgumentError(
    "ARI_BAD_OPTION",
    `The option ${name} must be a number of milliseconds above 0 and at most ${MAX_TIMER_MS}.`,
  );
}
