/** A number from 0 up to, not including, the limit. */
export type Random = (limit: number) => number;

/** Random numbers (mulberry32) that the same seed makes again. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** One of these. */
export function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[random(choices.length)] as T;
}
