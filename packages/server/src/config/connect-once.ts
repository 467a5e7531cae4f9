import { AmiClient } from "@cordboard/ami";
import type { AmiClientOptions } from "@cordboard/ami";
import { CordboardError } from "../errors.ts";

/**
 * A client that is logged in, or the reason why not: unlike a server, a command does not try for ever.
 * `prepare` may listen to it before it connects, so that no event of the login is missed.
 * @throws AmiError of the first failed attempt; CordboardError `INTERRUPTED`
 */
export async function connectOnce(
  options: AmiClientOptions,
  signal: AbortSignal,
  prepare?: (client: AmiClient) => void,
): Promise<AmiClient> {
  const client = new AmiClient(options);
  prepare?.(client);
  const failed = Promise.withResolvers<never>();
  const stop = client.on("error", (error) => failed.reject(error));
  try {
    await Promise.race([client.connect({ signal }), failed.promise]);
    return client;
  } catch (error) {
    await client.close();
    if (signal.aborted)
      throw new CordboardError("INTERRUPTED", "Interrupted before the PBX answered.", { cause: error });
    throw error;
  } finally {
    stop();
    failed.promise.catch(() => {});
  }
}
