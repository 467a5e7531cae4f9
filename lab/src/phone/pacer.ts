/** Calls every member once per 20 ms, as long as there is one; late timers are made up for. */
class Pacer {
  readonly #members = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  add(member: () => void): () => void {
    this.#members.add(member);
    if (!this.#timer) {
      this.#next = performance.now();
      this.#timer = setInterval(() => this.#run(), 10);
    }
    return () => {
      this.#members.delete(member);
      if (this.#members.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #run(): void {
    const now = performance.now();
    // A process that stood still for long must not flood the other side with what is past.
    if (now - this.#next > 200) this.#next = now - 200;
    for (; this.#next <= now; this.#next += 20) for (const member of this.#members) member();
  }
}

/** The beat of all voice streams of this process. */
export const pacer: { add(member: () => void): () => void } = new Pacer();
