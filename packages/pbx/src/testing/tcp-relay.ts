import { connect, createServer, type Server, type Socket } from "node:net";

/** A wire that a test can cut. */
export class TcpRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** While true new connections are ended at once. */
  down = false;
  #leftBytes = Number.POSITIVE_INFINITY;
  #onCut: () => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number): Promise<TcpRelay> {
    const server = createServer();
    const relay = new TcpRelay(server);
    server.on("connection", (near) => {
      if (relay.down) {
        near.destroy();
        return;
      }
      const far = connect(port, "127.0.0.1");
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        relay.#sockets.add(one);
        one.on("error", () => one.destroy());
        one.on("close", () => {
          relay.#sockets.delete(one);
          other.destroy();
        });
      }
      far.on("data", ({ length }: Buffer) => {
        if ((relay.#leftBytes -= length) > 0) return;
        relay.cut();
        relay.#onCut();
      });
      near.pipe(far);
      far.pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Cuts what is connected, and keeps it cut while `down`. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts by itself whenever so many bytes have come from the far side as `next` says, until it says infinity. */
  cutEvery(next: () => number): void {
    this.#onCut = () => (this.#leftBytes = next());
    this.#onCut();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }
}
