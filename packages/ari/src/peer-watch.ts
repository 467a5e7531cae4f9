import { AriConnectionError } from "./errors.ts";
import type { EventSocket } from "./event-socket.ts";
import type { AriClientOptions, AriRuntime } from "./options.ts";
import { milliseconds } from "./time-limit.ts";

/** When to ping and how long to wait for a sign of life, in milliseconds. */
export type PingSettings = false | { readonly idleMs: number; readonly timeoutMs: number };

/** The option `ping` with its defaults. @throws {AriArgumentError} `ARI_BAD_OPTION`. */
export function pingSettings(ping: AriClientOptions["ping"] = {}): PingSettings {
  if (ping === false) return false;
  return {
    idleMs: milliseconds("ping.idleMs", ping.idleMs, 5_000),
    timeoutMs: milliseconds("ping.timeoutMs", ping.timeoutMs, 5_000),
  };
}

/**
 * Pings a connection that has been idle and ends it if nothing comes back. Looks at the clock instead of re-arming a
 * timer with each frame.
 * @param aliveAt of the last sign of life, by the runtime's clock.
 * @returns what ends the watch.
 */
export function watchPeer(
  socket: EventSocket,
  aliveAt: () => number,
  ping: PingSettings,
  runtime: AriRuntime,
): () => void {
  if (ping === false) return () => undefined;
  let cancel: () => void;
  const look = (): void => {
    const idleMs = runtime.now() - aliveAt();
    if (idleMs < ping.idleMs) {
      cancel = runtime.schedule(ping.idleMs - idleMs, look);
      return;
    }
    const askedAt = runtime.now();
    socket.ping();
    cancel = runtime.schedule(ping.timeoutMs, () => {
      if (aliveAt() >= askedAt) {
        look();
        return;
      }
      const silentMs = Math.round(runtime.now() - aliveAt());
      socket.terminate(
        new AriConnectionError(
          "ARI_PEER_DEAD",
          `Asterisk has been silent for ${silentMs} ms and did not answer a ping; the link is taken as dead.`,
          { retryable: true },
        ),
      );
    });
  };
  look();
  return () => cancel();
}
