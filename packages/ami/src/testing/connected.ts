import { AmiClient } from "../client.ts";
import type { AmiClientOptions, AmiRuntime } from "../client-options.ts";
import type { ScriptedAsterisk } from "./scripted-asterisk.ts";

/** A client for the scripted peer that reconnects at once. */
export function clientOf(
  peer: ScriptedAsterisk,
  options: Partial<AmiClientOptions> = {},
  runtime?: AmiRuntime,
): AmiClient {
  const all = {
    host: "127.0.0.1",
    port: peer.port,
    username: "admin",
    secret: "s3cret",
    reconnect: { minMs: 1, maxMs: 5 },
    ...options,
  };
  return runtime === undefined ? new AmiClient(all) : new AmiClient(all, runtime);
}

/** The same, logged in. */
export async function connected(
  peer: ScriptedAsterisk,
  options: Partial<AmiClientOptions> = {},
  runtime?: AmiRuntime,
): Promise<AmiClient> {
  const client = clientOf(peer, options, runtime);
  await client.connect();
  return client;
}

/** The next notice of that name. */
export function next<N extends Parameters<AmiClient["on"]>[0]>(
  client: AmiClient,
  name: N,
  holds: (notice: never) => boolean = () => true,
): Promise<unknown> {
  return new Promise((resolve) => {
    const unlisten = client.on(name, (notice) => {
      if (!holds(notice as never)) return;
      unlisten();
      resolve(notice);
    });
  });
}
