import type { Channel } from "../generated/models.ts";

/** A channel as Asterisk 22 sends it. */
const channelOf = (id: string): Channel => ({
  id,
  name: `PJSIP/1000-${id}`,
  state: "Up",
  protocol_id: `${id}@127.0.0.1`,
  caller: { name: "Kai", number: "1000" },
  connected: { name: "", number: "" },
  accountcode: "",
  dialplan: { context: "default", exten: "900", priority: 1, app_name: "Stasis", app_data: "hello" },
  creationtime: "2026-11-21T07:24:04.797+0000",
  language: "en",
});

/** What every event carries. */
export const stamp = (application = "hello"): { application: string; timestamp: string; asterisk_id: string } => ({
  application,
  timestamp: "2026-11-21T07:24:04.797+0000",
  asterisk_id: "02:fc:00:00:00:01",
});

export const stasisStart = (id: string, args: readonly string[] = [], application = "hello"): object => ({
  type: "StasisStart",
  ...stamp(application),
  args,
  channel: channelOf(id),
});

/** An event of one channel. */
export const channelEvent = (type: string, id: string, more: object = {}): object => ({
  type,
  ...stamp(),
  channel: channelOf(id),
  ...more,
});

export const playbackEvent = (type: string, id: string, channelId: string, state: string): object => ({
  type,
  ...stamp(),
  playback: { id, media_uri: "sound:hello-world", target_uri: `channel:${channelId}`, language: "en", state },
});
