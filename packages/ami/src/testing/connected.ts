import { AmiClient } from "../client.ts";
import type { AmiClientOptions, AmiNotices, AmiRuntime } from "../client-options.ts";
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

/** The next notice of that name that is so. */
export function next<N extends keyof AmiNotices>(
  client: AmiClient,
  name: N,
  holds: (notice: AmiNotices[N]) => boolean = () => true,
): Promise<AmiNotices[N]> {
  return new Promise((resolve) => {
    const unlisten = client.on(name, (notice) => {
      if (!holds(notice)) return;
      unlisten();
      resolve(notice);
    });
  });
}

/** The first of them; there must be one. */
export function first<Item>(items: readonly Item[]): Item {
  for (const item of items) return item;
  throw new Error("there is none");
}
