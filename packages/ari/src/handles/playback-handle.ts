import { AriResourceError } from "../errors.ts";
import type { Playback } from "../generated/models.ts";
import type { PlaybacksControlParams } from "../generated/operations.ts";
import type { AriCallOptions } from "../options.ts";
import type { ResourceScope } from "../resource-scope.ts";
import type { WaitOptions } from "../waiting.ts";
import type { HandleContext } from "./handle-context.ts";
import { ResourceHandle } from "./resource-handle.ts";

/** What a playback is told to do while it plays. */
export type PlaybackControl = PlaybacksControlParams["operation"];

/** One playback, on a channel or a bridge. Made by `play` before Asterisk hears of it, so `PlaybackStarted` is never missed. */
export class PlaybackHandle extends ResourceHandle {
  readonly #context: HandleContext;

  constructor(context: HandleContext, scope: ResourceScope) {
    super(scope);
    this.#context = context;
  }

  /** Its state now. @throws {AriError} `ARI_NOT_FOUND` when it is over. */
  get(options?: AriCallOptions): Promise<Playback> {
    return this.#context.resources.playbacks.get({ playbackId: this.id }, options);
  }

  /** Restart, pause, unpause, reverse or forward by `skipms`. */
  control(operation: PlaybackControl, options?: AriCallOptions): Promise<void> {
    return this.#context.resources.playbacks.control({ playbackId: this.id, operation }, options);
  }

  stop(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.playbacks.stop({ playbackId: this.id }, options);
  }

  /** The `PlaybackStarted`, also if it came long ago. */
  async started(options: Pick<WaitOptions<never>, "timeoutMs" | "signal"> = {}): Promise<Playback> {
    return (await this.waitFor("PlaybackStarted", options)).playback;
  }

  /**
   * The `PlaybackFinished`, also if it came before anybody asked; so every playback may be awaited late.
   * @throws {AriError} `ARI_PLAYBACK_FAILED` if nothing could be played, `ARI_RESOURCE_GONE` if it ended while the link was down.
   */
  async finished(options: Pick<WaitOptions<never>, "timeoutMs" | "signal"> = {}): Promise<Playback> {
    const { playback } = await this.waitFor("PlaybackFinished", options);
    if (playback.state !== "failed") return playback;
    throw new AriResourceError(
      "ARI_PLAYBACK_FAILED",
      `Asterisk could not play ${playback.media_uri} on ${playback.target_uri}. Check the file's name and formats.`,
    );
  }
}
