import type { AmiClientOptions } from "@cordboard/ami";
import { replayServer } from "@cordboard/pbx";
import type { ReplayServer } from "@cordboard/pbx";
import { newToken } from "../http/page-token.ts";
import { readRecordings } from "./recordings.ts";

/** A PBX that is a recording: a real AMI port on loopback that plays recorded sessions over and over. */
export interface DemoPbx extends AsyncDisposable {
  /** How to log in, like to any other PBX. */
  readonly ami: AmiClientOptions;
  readonly server: ReplayServer;
}

/** Starts the demo's PBX; its secret is made up each time. */
export async function startDemoPbx(): Promise<DemoPbx> {
  const secret = newToken();
  const username = "demo";
  const server = await replayServer({ recordings: await readRecordings(), users: [{ username, secret }] });
  return {
    ami: { host: server.host, port: server.port, username, secret },
    server,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
