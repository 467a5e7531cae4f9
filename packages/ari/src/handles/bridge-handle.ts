import type { Bridge } from "../generated/models.ts";
import type { BridgesAddChannelParams, BridgesPlayParams, BridgesRecordParams } from "../generated/operations.ts";
import { crypto } from "../node-builtins.ts";
import type { AriCallOptions } from "../options.ts";
import type { ResourceScope } from "../resource-scope.ts";
import { type ChannelHandle, splitOptions } from "./channel-handle.ts";
import type { HandleContext } from "./handle-context.ts";
import { LiveRecordingHandle } from "./live-recording-handle.ts";
import { makeResource } from "./make-resource.ts";
import { PlaybackHandle } from "./playback-handle.ts";
import { ResourceHandle } from "./resource-handle.ts";

type Without<Params, Names extends string> = Omit<Params, "bridgeId" | Names>;
type ChannelRef = string | Pick<ChannelHandle, "id">;

const idsOf = (channels: ChannelRef | readonly ChannelRef[]): string[] =>
  (Array.isArray(channels) ? (channels as readonly ChannelRef[]) : [channels as ChannelRef]).map((each) =>
    typeof each === "string" ? each : each.id,
  );

/** One bridge by id. All verbs but `get` need a bridge that ARI made. */
export class BridgeHandle extends ResourceHandle {
  readonly #context: HandleContext;

  constructor(context: HandleContext, scope: ResourceScope) {
    super(scope);
    this.#context = context;
  }

  get(options?: AriCallOptions): Promise<Bridge> {
    return this.#context.resources.bridges.get({ bridgeId: this.id }, options);
  }

  /**
   * Sends this bridge's events to our first application. Needed for one that is not in Stasis; channels in Stasis and
   * bridges made here are subscribed already.
   */
  subscribe(options?: AriCallOptions): Promise<void> {
    return this.#context.subscribe(`bridge:${this.id}`, options);
  }

  /** Channels must be in Stasis (else 422). */
  addChannel(
    channel: ChannelRef | readonly ChannelRef[],
    options: Without<BridgesAddChannelParams, "channel"> & AriCallOptions = {},
  ): Promise<void> {
    const [params, call] = splitOptions(options);
    return this.#context.resources.bridges.addChannel({ ...params, bridgeId: this.id, channel: idsOf(channel) }, call);
  }

  removeChannel(channel: ChannelRef | readonly ChannelRef[], options?: AriCallOptions): Promise<void> {
    return this.#context.resources.bridges.removeChannel({ bridgeId: this.id, channel: idsOf(channel) }, options);
  }

  startMoh(mohClass?: string, options?: AriCallOptions): Promise<void> {
    return this.#context.resources.bridges.startMoh(
      { bridgeId: this.id, ...(mohClass === undefined ? {} : { mohClass }) },
      options,
    );
  }

  stopMoh(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.bridges.stopMoh({ bridgeId: this.id }, options);
  }

  /** Plays to all in the bridge; see `ChannelHandle.play`. */
  async play(
    media: string | readonly string[],
    options: Without<BridgesPlayParams, "media" | "playbackId"> & AriCallOptions = {},
  ): Promise<PlaybackHandle> {
    const [params, call] = splitOptions(options);
    const playbackId = crypto.randomUUID();
    const scope = this.#context.scope("playback", playbackId);
    await makeResource(scope, () =>
      this.#context.resources.bridges.playWithId({ ...params, bridgeId: this.id, media, playbackId }, call),
    );
    return new PlaybackHandle(this.#context, scope);
  }

  /** Records the mix. */
  async record(options: Without<BridgesRecordParams, never> & AriCallOptions): Promise<LiveRecordingHandle> {
    const [params, call] = splitOptions(options);
    const scope = this.#context.scope("recording", options.name);
    await makeResource(scope, () => this.#context.resources.bridges.record({ ...params, bridgeId: this.id }, call));
    return new LiveRecordingHandle(this.#context, scope);
  }

  /** Its channels stay in Stasis. */
  destroy(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.bridges.destroy({ bridgeId: this.id }, options);
  }
}
