/** How many streams each token may have open at once. */
export class StreamSlots {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Streams open now, of all tokens. */
  get open(): number {
    let sum = 0;
    for (const count of this.#open.values()) sum += count;
    return sum;
  }

  /** Takes a place; what it returns gives it back, once. Undefined when all places of this token are taken. */
  take(tokenId: string): (() => void) | undefined {
    const taken = this.#open.get(tokenId) ?? 0;
    if (taken >= this.#most) return undefined;
    this.#open.set(tokenId, taken + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#open.get(tokenId) ?? 1) - 1;
      if (left === 0) this.#open.delete(tokenId);
      else this.#open.set(tokenId, left);
    };
  }
}
