import { readFileSync } from "node:fs";
import { importAmiText, replayServer } from "@cordboard/pbx";
import type { ReplayOptions, ReplayServer } from "@cordboard/pbx";

/** File with a call of 1000 (Kai) to 1002 (Ping), as Asterisk 22 told it over AMI, the snapshot first. */
export const BASIC_CALL: URL = new URL("basic-call.ami.txt", import.meta.url);

/** An AMI port that plays that call over and over, ten times as fast. User and secret: `replay`. */
export function replayedCall(options: Partial<ReplayOptions> = {}): Promise<ReplayServer> {
  const recording = importAmiText(readFileSync(BASIC_CALL), { note: "Basic call" });
  return replayServer({ recordings: [recording], speed: 10, ...options });
}

/** Its address for `--pbx`. */
export function addressOf(server: ReplayServer): string {
  return `ami://replay:replay@${server.host}:${server.port}`;
}
