import type { ChannelRow } from "./channel-row.ts";

/** Whole seconds since a channel came to be, at `now` (milliseconds since 1970); 0 if that is not known. */
export function ageOf(row: ChannelRow, now: number): number {
  return row.createdAt === undefined ? 0 : Math.max(0, Math.floor((now - row.createdAt) / 1000));
}
