import type { Channel } from "../generated/models.ts";
import type {
  ChannelsContinueInDialplanParams,
  ChannelsDialParams,
  ChannelsHangupParams,
  ChannelsMuteParams,
  ChannelsPlayParams,
  ChannelsRecordParams,
  ChannelsSendDTMFParams,
  ChannelsSnoopChannelParams,
} from "../generated/operations.ts";
import { crypto } from "../node-builtins.ts";
import type { AriCallOptions } from "../options.ts";
import type { ResourceScope } from "../resource-scope.ts";
import type { HandleContext } from "./handle-context.ts";
import { LiveRecordingHandle } from "./live-recording-handle.ts";
import { makeResource } from "./make-resource.ts";
import { PlaybackHandle } from "./playback-handle.ts";
import { ResourceHandle } from "./resource-handle.ts";

type Without<Params, Names extends string> = Omit<Params, "channelId" | Names>;

/** How a channel or a bridge plays. */
export type PlayOptions = Without<ChannelsPlayParams, "media" | "playbackId"> & AriCallOptions;

/** What a recording is called and how it ends. */
export type RecordOptions = Without<ChannelsRecordParams, never> & AriCallOptions;

/** Separates what goes to Asterisk from what steers the call. */
export function splitOptions<Options extends AriCallOptions>(
  options: Options,
): readonly [params: Omit<Options, keyof AriCallOptions>, call: AriCallOptions] {
  const { signal, timeoutMs, ...params } = options;
  return [params, { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) }];
}

/**
 * One channel by id. Most verbs need it to be in Stasis (Asterisk answers 409 otherwise, 412 while it is down);
 * `hangup`, `get`, `getVariable` and `snoop` work on any.
 */
export class ChannelHandle extends ResourceHandle {
  readonly #context: HandleContext;

  constructor(context: HandleContext, scope: ResourceScope) {
    super(scope);
    this.#context = context;
  }

  get(options?: AriCallOptions): Promise<Channel> {
    return this.#context.resources.channels.get({ channelId: this.id }, options);
  }

  /**
   * Sends this channel's events to our first application. Needed for one that is not in Stasis; channels in Stasis and
   * bridges made here are subscribed already.
   */
  subscribe(options?: AriCallOptions): Promise<void> {
    return this.#context.subscribe(`channel:${this.id}`, options);
  }

  answer(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.answer({ channelId: this.id }, options);
  }

  /** Indicates ringing until `ringStop`, an answer or media. */
  ring(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.ring({ channelId: this.id }, options);
  }

  ringStop(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.ringStop({ channelId: this.id }, options);
  }

  /** Early media. Since 20.16, 21.11, 22.6. */
  progress(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.progress({ channelId: this.id }, options);
  }

  hold(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.hold({ channelId: this.id }, options);
  }

  unhold(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.unhold({ channelId: this.id }, options);
  }

  /** `in` is what comes from the channel, `out` what goes to it. */
  mute(direction: NonNullable<ChannelsMuteParams["direction"]> = "both", options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.mute({ channelId: this.id, direction }, options);
  }

  unmute(direction: NonNullable<ChannelsMuteParams["direction"]> = "both", options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.unmute({ channelId: this.id, direction }, options);
  }

  /** Music on hold; without a class the channel's own. */
  startMoh(mohClass?: string, options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.startMoh(
      { channelId: this.id, ...(mohClass === undefined ? {} : { mohClass }) },
      options,
    );
  }

  stopMoh(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.stopMoh({ channelId: this.id }, options);
  }

  startSilence(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.startSilence({ channelId: this.id }, options);
  }

  stopSilence(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.stopSilence({ channelId: this.id }, options);
  }

  /** Sends digits to the channel; times in milliseconds. */
  dtmf(digits: string, options: Without<ChannelsSendDTMFParams, "dtmf"> & AriCallOptions = {}): Promise<void> {
    const [params, call] = splitOptions(options);
    return this.#context.resources.channels.sendDTMF({ ...params, channelId: this.id, dtmf: digits }, call);
  }

  /** Ends the channel, in Stasis or not. */
  hangup(options: Without<ChannelsHangupParams, never> & AriCallOptions = {}): Promise<void> {
    const [params, call] = splitOptions(options);
    return this.#context.resources.channels.hangup({ ...params, channelId: this.id }, call);
  }

  /** Leaves Stasis; without a place, the dialplan goes on after `Stasis()`. */
  continueInDialplan(options: Without<ChannelsContinueInDialplanParams, never> & AriCallOptions = {}): Promise<void> {
    const [params, call] = splitOptions(options);
    return this.#context.resources.channels.continueInDialplan({ ...params, channelId: this.id }, call);
  }

  /** Hands the channel to another Stasis application. Since 13.26, 16.3. */
  move(app: string, appArgs?: string, options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.move(
      { channelId: this.id, app, ...(appArgs === undefined ? {} : { appArgs }) },
      options,
    );
  }

  /** Sends the caller away to another endpoint of the same technology (SIP 302). */
  redirect(endpoint: string, options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.redirect({ channelId: this.id, endpoint }, options);
  }

  /** Dials a channel that `createChannel` made. `timeout` in seconds, 0 for none. */
  dial(options: Without<ChannelsDialParams, never> & AriCallOptions = {}): Promise<void> {
    const [params, call] = splitOptions(options);
    return this.#context.resources.channels.dial({ ...params, channelId: this.id }, call);
  }

  /** A channel variable or a function: `CHANNEL(linkedid)`. @throws {AriError} `ARI_NOT_FOUND` if it is not set. */
  async getVariable(name: string, options?: AriCallOptions): Promise<string> {
    return (await this.#context.resources.channels.getChannelVar({ channelId: this.id, variable: name }, options))
      .value;
  }

  setVariable(name: string, value: string, options?: AriCallOptions): Promise<void> {
    return this.#context.resources.channels.setChannelVar({ channelId: this.id, variable: name, value }, options);
  }

  /**
   * Plays one or several media, one after the other: `sound:hello-world`, `digits:42`, `tone:ring`, `recording:NAME`.
   * Resolves when Asterisk has queued it; `await (await channel.play(…)).finished()` waits for its end.
   */
  async play(media: string | readonly string[], options: PlayOptions = {}): Promise<PlaybackHandle> {
    const [params, call] = splitOptions(options);
    const playbackId = crypto.randomUUID();
    const scope = this.#context.scope("playback", playbackId);
    await makeResource(scope, () =>
      this.#context.resources.channels.playWithId({ ...params, channelId: this.id, media, playbackId }, call),
    );
    return new PlaybackHandle(this.#context, scope);
  }

  /** Records the channel; it must not be in a bridge. The file stays in Asterisk's recording folder. */
  async record(options: RecordOptions): Promise<LiveRecordingHandle> {
    const [params, call] = splitOptions(options);
    const scope = this.#context.scope("recording", options.name);
    await makeResource(scope, () => this.#context.resources.channels.record({ ...params, channelId: this.id }, call));
    return new LiveRecordingHandle(this.#context, scope);
  }

  /** Listens to or whispers into any channel. The new channel enters `app` (default: our first one). */
  async snoop(
    options: Partial<Without<ChannelsSnoopChannelParams, "snoopId">> & AriCallOptions = {},
  ): Promise<ChannelHandle> {
    const [params, call] = splitOptions(options);
    const snoopId = crypto.randomUUID();
    const app = this.#context.app(options.app);
    return await this.#context.makeChannel(snoopId, app, () =>
      this.#context.resources.channels.snoopChannelWithId({ ...params, app, channelId: this.id, snoopId }, call),
    );
  }
}
