import { CordboardAbortError, CordboardConnectionError, CordboardError, CordboardOptionError } from "../errors.ts";

/** The longest time that a timer can keep, in milliseconds; a longer one would end at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** What stops one step, and what it is called in errors. */
export interface Limits {
  /** Such as `GET /api/v1/calls`; never holds a query, in which a ticket may stand. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signals: readonly (AbortSignal | undefined)[];
  /** Aborted when the step is stopped. */
  readonly controller?: AbortController;
}

/** An option in milliseconds. @throws {CordboardOptionError} if it is no number above 0 that a timer can keep. */
export function milliseconds(name: string, value: number | undefined, fallback: number): number {
  const time = value ?? fallback;
  if (time > 0 && time <= MAX_TIMER_MS) return time;
  throw new CordboardOptionError(`${name} must be a number of milliseconds above 0 and at most ${MAX_TIMER_MS}.`);
}

/**
 * Runs one step that ends by itself, by time, or by a signal, whichever comes first: also if `run` does not heed its signal.
 * @throws {CordboardAbortError} a signal fired
 * @throws {CordboardConnectionError} `SDK_TIMED_OUT`, or `failure` with what `run` threw as its cause
 */
export async function within<T>(
  limits: Limits,
  failure: "SDK_CONNECT_FAILED" | "SDK_LINK_LOST",
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { what, timeoutMs, signals, controller = new AbortController() } = limits;
  const stopped = Promise.withResolvers<never>();
  const stop = (error: CordboardError): void => {
    stopped.reject(error);
    controller.abort(error);
  };
  const timer = setTimeout(
    () => stop(new CordboardConnectionError("SDK_TIMED_OUT", `${what}: nothing came within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  const unlisten = onAbort(signals, (reason) => stop(new CordboardAbortError(what, reason)));
  try {
    return await Promise.race([stopped.promise, controller.signal.aborted ? stopped.promise : run(controller.signal)]);
  } catch (error) {
    throw error instanceof CordboardError ? error : failed(what, failure, error);
  } finally {
    clearTimeout(timer);
    unlisten();
  }
}

/** Waits, unless a signal fires. @throws {CordboardAbortError} */
export async function pause(ms: number, signals: Limits["signals"]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const unlisten = onAbort(signals, (reason) =>
    reject(new CordboardAbortError("The wait for another attempt", reason)),
  );
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    unlisten();
  }
}

/** Calls back once one of the signals has fired, at once if it has already. Returns what takes the listeners back. */
function onAbort(signals: Limits["signals"], listener: (reason: unknown) => void): () => void {
  const aborted = signals.find((signal) => signal?.aborted === true);
  if (aborted !== undefined) {
    listener(aborted.reason);
    return () => {};
  }
  const heard = (event: Event): void => listener((event.target as AbortSignal).reason);
  for (const signal of signals) signal?.addEventListener("abort", heard);
  return () => {
    for (const signal of signals) signal?.removeEventListener("abort", heard);
  };
}

function failed(what: string, code: "SDK_CONNECT_FAILED" | "SDK_LINK_LOST", cause: unknown): CordboardConnectionError {
  const where = code === "SDK_LINK_LOST" ? "the connection broke" : "the server cannot be reached";
  return new CordboardConnectionError(code, `${what}: ${where}${reasonOf(cause)}.`, cause);
}

/** Node's fetch says only "fetch failed"; the code of its cause says why. */
function reasonOf(cause: unknown): string {
  const code = [cause, cause instanceof Error ? cause.cause : undefined].find(
    (each): each is { code: string } =>
      typeof each === "object" && each !== null && "code" in each && typeof each.code === "string",
  )?.code;
  return code === undefined ? "" : ` (${code})`;
}
