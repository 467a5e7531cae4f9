/** Remembers the last so many ids, and at most twice as many: two generations, the older of which is dropped at once. */
export class Tombstones {
  readonly #limit: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(id: string): void {
    this.#young.add(id);
    if (this.#young.size < this.#limit) return;
    this.#old = this.#young;
    this.#young = new Set();
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  has(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id);
  }
}
