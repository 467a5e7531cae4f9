/** One bridge of a PBX. Rows are never changed: a change makes a new one. */
export interface BridgeRow {
  /** The key, BridgeUniqueid. */
  readonly uniqueid: string;
  /** `basic`, `base`, `parking`, `stasis`, … */
  readonly type: string;
  /** `simple_bridge`, `softmix`, `holding_bridge`, `native_rtp`; may change without an event. */
  readonly technology: string;
  readonly creator: string;
  readonly name: string;
  readonly videoSourceMode: string;
  /**
   * BridgeNumChannels as last told. It also counts channels that AMI never shows (announcers, recorders), and what
   * ConfBridge says can lag behind; {@link BridgeRow.channels} is what was seen.
   */
  readonly numChannels: number;
  /** Uniqueids of the channels in it, in the order they entered. */
  readonly channels: readonly string[];
  readonly createdAt?: number;
}
