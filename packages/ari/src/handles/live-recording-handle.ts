import { AriResourceError } from "../errors.ts";
import type { RecordingFailed, RecordingFinished } from "../generated/events.ts";
import type { LiveRecording } from "../generated/models.ts";
import type { AriCallOptions } from "../options.ts";
import type { ResourceScope } from "../resource-scope.ts";
import type { WaitOptions } from "../waiting.ts";
import type { HandleContext } from "./handle-context.ts";
import { ResourceHandle } from "./resource-handle.ts";

/** One recording under way. Listening began before it was asked for, so `RecordingStarted` is never missed. */
export class LiveRecordingHandle extends ResourceHandle {
  readonly #context: HandleContext;

  constructor(context: HandleContext, scope: ResourceScope) {
    super(scope);
    this.#context = context;
  }

  /** Its state now. @throws {AriError} `ARI_NOT_FOUND` when it is over. */
  get(options?: AriCallOptions): Promise<LiveRecording> {
    return this.#context.resources.recordings.getLive({ recordingName: this.id }, options);
  }

  /** Ends it and keeps the file. */
  stop(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.recordings.stop({ recordingName: this.id }, options);
  }

  /** Ends it and throws the file away. */
  cancel(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.recordings.cancel({ recordingName: this.id }, options);
  }

  pause(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.recordings.pause({ recordingName: this.id }, options);
  }

  unpause(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.recordings.unpause({ recordingName: this.id }, options);
  }

  /** Records silence. */
  mute(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.recordings.mute({ recordingName: this.id }, options);
  }

  unmute(options?: AriCallOptions): Promise<void> {
    return this.#context.resources.recordings.unmute({ recordingName: this.id }, options);
  }

  /**
   * How it ended, also if that was before anybody asked.
   * @throws {AriError} `ARI_RECORDING_FAILED` with Asterisk's cause ("Cannot record channel while in bridge"), `ARI_RESOURCE_GONE`.
   */
  async finished(options: Pick<WaitOptions<never>, "timeoutMs" | "signal"> = {}): Promise<LiveRecording> {
    const event = await this.scope.waitFor(["RecordingFinished", "RecordingFailed"], options);
    const { type, recording } = event as unknown as RecordingFinished | RecordingFailed;
    if (type === "RecordingFinished") return recording;
    const cause = recording.cause ?? "no cause given";
    throw new AriResourceError(
      "ARI_RECORDING_FAILED",
      `Recording ${recording.name} of ${recording.target_uri} failed: ${cause}.`,
    );
  }
}
