import type { FastifyInstance } from "fastify";
import { CordboardError } from "../errors.ts";
import { urlHost } from "./host-check.ts";

const FIRST_PORT = 8000;
const PORTS_TO_TRY = 10;

/**
 * Listens on exactly `port` (0: any free one); without it on 8000 or the next free of ten. Returns the port.
 * @throws CordboardError `LISTEN_FAILED` with the address and what to do
 */
export async function listen(app: FastifyInstance, address: string, port: number | undefined): Promise<number> {
  const first = port ?? FIRST_PORT;
  const tries = port === undefined ? PORTS_TO_TRY : 1;
  for (let candidate = first; ; candidate++) {
    try {
      await app.listen({ host: address, port: candidate });
      const bound = app.server.address();
      return typeof bound === "object" && bound !== null ? bound.port : candidate;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "EADDRINUSE" && candidate - first + 1 < tries) continue;
      const reason = code === "EADDRINUSE" ? "the port is taken by another program" : (cause as Error).message;
      throw new CordboardError(
        "LISTEN_FAILED",
        `The server cannot listen on ${urlHost(address)}:${candidate}: ${reason}. Choose another with --port, or http.port in cordboard.yaml.`,
        { cause },
      );
    }
  }
}
