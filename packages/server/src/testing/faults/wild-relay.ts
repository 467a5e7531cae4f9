import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "./random.ts";

/**
 * What happens to the wire. `reset`: gone at once. `at-byte`: gone after some more bytes, in the middle of whatever they are. `end`: the far side
 * says good-bye. `stall`: nothing passes for a while, then it is gone. `half-open`: the far side is gone and nobody tells the near one for a
 * while. `refused`: gone, and for a while nobody can connect.
 */
export type Trouble = "reset" | "at-byte" | "end" | "stall" | "half-open" | "refused";

interface Wire {
  readonly near: Socket;
  readonly far: Socket;
  /** Bytes that still come through from the far side. */
  bytesLeft: number;
  /** Swallows all that comes. */
  mute: boolean;
}

/** A TCP relay on which all that goes wrong with a wire can be made to happen. */
export class WildRelay implements AsyncDisposable {
  /** Where it leads; what is connected stays where it is. */
  target: number;
  /** While true nobody can connect. */
  refuses = false;
  readonly #server: Server;
  readonly #wires = new Set<Wire>();
  /** Wires that were connected so far. */
  connections = 0;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
  }

  static async to(target: number): Promise<WildRelay> {
    const server = createServer();
    const relay = new WildRelay(server, target);
    server.on("connection", (near) => relay.#connected(near));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  /** True while something is connected. */
  get isConnected(): boolean {
    return this.#wires.size > 0;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Makes it happen to whatever is connected; resolves when it is over and the wire is gone. At most `limitMs` for those that take time. */
  async make(trouble: Trouble, random: Random, limitMs = 400): Promise<void> {
    const wires = [...this.#wires];
    const someTime = (): Promise<void> => sleep(1 + random(limitMs));
    switch (trouble) {
      case "reset":
        break;
      case "at-byte":
        for (const wire of wires) wire.bytesLeft = random(3000);
        // A PBX that has nothing to say is cut all the same.
        await Promise.race([Promise.all(wires.map(({ near }) => closed(near))), someTime()]);
        break;
      case "end":
        for (const { near } of wires) near.end();
        await Promise.race([Promise.all(wires.map(({ near }) => closed(near))), someTime()]);
        break;
      case "stall":
        for (const { near, far } of wires) for (const socket of [near, far]) socket.pause();
        await someTime();
        break;
      case "half-open":
        for (const wire of wires) {
          wire.mute = true;
          wire.far.destroy();
        }
        await someTime();
        break;
      case "refused":
        this.refuses = true;
        this.cut();
        await someTime();
        this.refuses = false;
        break;
    }
    for (const { near, far } of wires) for (const socket of [near, far]) socket.resetAndDestroy();
  }

  /** Cuts what is connected. */
  cut(): void {
    for (const { near, far } of this.#wires) for (const socket of [near, far]) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closing = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closing;
  }

  #connected(near: Socket): void {
    if (this.refuses) {
      near.resetAndDestroy();
      return;
    }
    this.connections++;
    const far = connect(this.target, "127.0.0.1");
    const wire: Wire = { near, far, bytesLeft: Number.POSITIVE_INFINITY, mute: false };
    this.#wires.add(wire);
    near.on("data", (bytes) => pass(bytes, near, far));
    far.on("data", (bytes) => {
      const through = bytes.subarray(0, Math.min(bytes.length, wire.bytesLeft));
      wire.bytesLeft -= through.length;
      pass(through, far, near);
      // What was cut off in the middle of a message goes out before the wire does.
      if (wire.bytesLeft === 0) near.end(() => near.resetAndDestroy());
    });
    for (const socket of [near, far]) socket.on("error", () => socket.destroy());
    near.on("close", () => {
      this.#wires.delete(wire);
      far.destroy();
    });
    far.on("close", () => void (wire.mute || near.destroy()));
  }
}

function pass(bytes: Buffer, from: Socket, to: Socket): void {
  if (bytes.length === 0 || to.destroyed || to.write(bytes)) return;
  from.pause();
  to.once("drain", () => from.resume());
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.destroyed ? resolve() : void socket.once("close", () => resolve())));
}
