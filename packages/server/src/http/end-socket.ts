import type { Duplex } from "node:stream";

/** Milliseconds that the other side has to close its half of a connection. */
const LINGER_MS = 1_000;

/** Ends a connection; one that the other side does not end, too, is cut, or it would keep its place for ever. */
export function endSocket(socket: Duplex, last?: string): void {
  socket.end(last);
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(cut));
}
