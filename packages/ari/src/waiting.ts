import { AriAbortError, AriError, AriTimeoutError } from "./errors.ts";
import { MAX_TIMER_MS } from "./time-limit.ts";

/** How long to wait, for which of the events, and who may stop it. */
export interface WaitOptions<Event> {
  /** Milliseconds; default: no limit. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Only an event for which this is true. */
  readonly where?: (event: Event) => boolean;
}

/**
 * One promise that settles exactly once and then takes everything back that it set up.
 * @param what named in the errors: `ChannelDtmfReceived of channel 17…`.
 * @param start is handed `done` and `fail`, and returns what undoes its set-up.
 * @throws {AriError} `ARI_TIMEOUT`, `ARI_ABORTED`, or what `fail` was given.
 */
export function waitOnce<T>(
  what: string,
  options: Pick<WaitOptions<T>, "timeoutMs" | "signal">,
  start: (done: (value: T) => void, fail: (error: AriError) => void) => () => void,
): Promise<T> {
  const { signal, timeoutMs } = options;
  return new Promise<T>((resolve, reject) => {
    let undo: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      undo?.();
      return true;
    };
    const fail = (error: AriError): void => {
      if (settle()) reject(error);
    };
    const onAbort = (): void =>
      fail(new AriAbortError("ARI_ABORTED", `Waiting for ${what} was stopped.`, { cause: signal?.reason }));
    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    undo = start((value) => {
      if (settle()) resolve(value);
    }, fail);
    if (settled) {
      undo();
      return;
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    if (timeoutMs !== undefined && timeoutMs <= MAX_TIMER_MS) {
      timer = setTimeout(
        () => fail(new AriTimeoutError("ARI_TIMEOUT", `${what} did not come within ${timeoutMs} ms.`)),
        timeoutMs,
      );
    }
  });
}
