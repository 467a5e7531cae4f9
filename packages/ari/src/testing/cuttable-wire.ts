import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP port on loopback that leads to another, until it is cut. */
export interface CuttableWire {
  readonly port: number;
  /** Breaks every connection through it; new ones go through. */
  cut(): void;
  close(): Promise<void>;
}

export async function cuttableWire(targetPort: number): Promise<CuttableWire> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(targetPort, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
