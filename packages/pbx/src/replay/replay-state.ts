import type { ChannelTable } from "./channel-table.ts";
import type { ReplayMemory } from "./replay-memory.ts";

/** What the answers are made from. */
export interface ReplayState {
  readonly table: ChannelTable;
  readonly memory: ReplayMemory;
  readonly asteriskVersion: string;
  readonly amiVersion: string;
  readonly systemName: string;
  /** When the replay began and what time it is, milliseconds since 1970. */
  readonly startedAt: number;
  now(): number;
}
