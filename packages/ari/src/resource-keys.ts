import type { UnknownAriEvent } from "./wire-types.ts";

/** The four things a handle can stand for; recordings go by name. */
export type ResourceKind = "channel" | "bridge" | "playback" | "recording";

/** `kind:id`, the form in which Asterisk's own `target_uri` names channels and bridges. */
export const resourceKey = (kind: ResourceKind, id: string): string => `${kind}:${id}`;

/** Where events hold a channel (rest-api/events.json, Asterisk 22). */
const CHANNEL_FIELDS = [
  "channel",
  "peer",
  "caller",
  "forwarded",
  "replace_channel",
  "transferee",
  "transfer_target",
  "transferer_first_leg",
  "transferer_second_leg",
] as const;
const BRIDGE_FIELDS = ["bridge", "bridge_from", "transferer_first_leg_bridge", "transferer_second_leg_bridge"] as const;

const stringOf = (value: unknown, key: string): string | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const inner = (value as Record<string, unknown>)[key];
  return typeof inner === "string" ? inner : undefined;
};

/**
 * The resources an event concerns, each once. A playback's and a recording's events concern the channel or bridge they
 * play on as well.
 */
export function resourceKeysOf(event: UnknownAriEvent): string[] {
  const keys: string[] = [];
  const add = (key: string): void => {
    if (!keys.includes(key)) keys.push(key);
  };
  for (const field of CHANNEL_FIELDS) {
    const id = stringOf(event[field], "id");
    if (id !== undefined) add(resourceKey("channel", id));
  }
  for (const field of BRIDGE_FIELDS) {
    const id = stringOf(event[field], "id");
    if (id !== undefined) add(resourceKey("bridge", id));
  }
  const playback = stringOf(event["playback"], "id");
  if (playback !== undefined) add(resourceKey("playback", playback));
  const recording = stringOf(event["recording"], "name");
  if (recording !== undefined) add(resourceKey("recording", recording));
  const target = stringOf(event["playback"] ?? event["recording"], "target_uri");
  if (target !== undefined) add(target);
  const refer = event["referred_by"];
  if (event.type === "ChannelTransfer" && typeof refer === "object" && refer !== null) {
    const source = stringOf((refer as Record<string, unknown>)["source_channel"], "id");
    if (source !== undefined) add(resourceKey("channel", source));
  }
  return keys;
}
