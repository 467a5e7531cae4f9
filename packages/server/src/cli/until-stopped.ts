/** Resolves when the signal fires; rejects when `failed` does first. */
export async function untilStopped(signal: AbortSignal, failed?: Promise<never>): Promise<void> {
  if (signal.aborted) return;
  const stopped = Promise.withResolvers<void>();
  const stop = (): void => stopped.resolve();
  signal.addEventListener("abort", stop, { once: true });
  // A promise alone keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  try {
    await Promise.race([stopped.promise, ...(failed === undefined ? [] : [failed])]);
  } finally {
    clearInterval(alive);
    signal.removeEventListener("abort", stop);
  }
}
