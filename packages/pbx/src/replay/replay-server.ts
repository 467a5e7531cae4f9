import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";
import { PbxReplayError } from "../errors.ts";
import { Listeners } from "../listeners.ts";
import { systemClock } from "../clock.ts";
import type { ReplayEvents, ReplayOptions } from "./replay-options.ts";
import { ReplayPlayer } from "./replay-player.ts";
import { ReplaySession } from "./replay-session.ts";

/** Unauthenticated sessions at a time; more are closed without a greeting, as Asterisk's `authlimit` does. */
const maxUnauthenticated = 50;

/**
 * Listens and begins to play. To its clients it is an Asterisk with the SystemName `replay` that does nothing but what was recorded: a
 * client that connects in mid-call sees the call in the snapshot actions.
 *
 * @throws PbxReplayError `PBX_REPLAY_EMPTY`, `PBX_REPLAY_OPTION`, or `PBX_REPLAY_LISTEN` if the port cannot be had
 */
export async function replayServer(options: ReplayOptions): Promise<ReplayServer> {
  const player = new ReplayPlayer(options);
  const server = createServer();
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: Error) =>
      reject(
        new PbxReplayError(
          "PBX_REPLAY_LISTEN",
          `Cannot listen on ${host} port ${options.port ?? 0}: ${cause.message}. Choose another port.`,
          { cause },
        ),
      ),
    );
    server.listen(options.port ?? 0, host, () => resolve());
  });
  return new ReplayServer(server, player, options);
}

/** A running replay; made by {@link replayServer}. */
export class ReplayServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #player: ReplayPlayer;
  readonly #listeners: Listeners<ReplayEvents>;
  readonly #sessions = new Set<ReplaySession>();
  #loggedIn = 0;

  constructor(server: Server, player: ReplayPlayer, options: ReplayOptions) {
    this.#server = server;
    this.#player = player;
    this.#listeners = player.listeners;
    const users = options.users ?? [{ username: "replay", secret: "replay" }];
    server.on("connection", (socket) => {
      if (this.#sessions.size - this.#loggedIn >= maxUnauthenticated) {
        socket.destroy();
        return;
      }
      const session: ReplaySession = new ReplaySession({
        socket,
        users,
        state: player,
        clock: options.clock ?? systemClock,
        maxUnsentBytes: options.maxUnsentBytes ?? 1024 * 1024,
        challenge: () => String(randomInt(100_000_000, 999_999_999)),
        onLogin: (username) => {
          this.#loggedIn++;
          this.#listeners.tell("client", { username, connected: true, clients: this.#loggedIn });
        },
        onEnd: (username) => {
          this.#sessions.delete(session);
          if (username === undefined) return;
          this.#loggedIn--;
          this.#listeners.tell("client", { username, connected: false, clients: this.#loggedIn });
        },
      });
      this.#sessions.add(session);
    });
    player.start((event, bytes) => {
      for (const session of this.#sessions) session.tell(event, bytes);
    });
  }

  /** The TCP port, 1-65535. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** The address it listens on. */
  get host(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.address : "";
  }

  /** Clients that are logged in. */
  get clients(): number {
    return this.#loggedIn;
  }

  /** The returned function takes the listener away. The first `loop` and `recording` come in a later turn of the event loop. */
  on<N extends keyof ReplayEvents>(name: N, listener: (event: ReplayEvents[N]) => unknown): () => void {
    return this.#listeners.on(name, listener);
  }

  /** Ends the sessions and lets go of the port. */
  async close(): Promise<void> {
    this.#player.stop();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
