import type { AriEventMap } from "../generated/events.ts";
import type { ResourceScope } from "../resource-scope.ts";
import type { WaitOptions } from "../waiting.ts";
import type { UnknownAriEvent } from "../wire-types.ts";

/**
 * What the handles of channels, bridges, playbacks and recordings share: the events of that one thing. Listeners end
 * with it (`StasisEnd`, `ChannelDestroyed`, `BridgeDestroyed`, `PlaybackFinished`, `RecordingFinished`/`Failed`), and so
 * do waits. A handle without listeners costs nothing and need not be disposed of.
 */
export abstract class ResourceHandle {
  /** The channel's, bridge's or playback's id; the recording's name. */
  readonly id: string;
  protected readonly scope: ResourceScope;

  protected constructor(scope: ResourceScope) {
    this.id = scope.id;
    this.scope = scope;
  }

  /** True once its last event was seen. False says nothing if nobody listened. */
  get ended(): boolean {
    return this.scope.ended !== undefined;
  }

  /** Listens to one type of event of this thing, `*` for all; returns what stops it. */
  on<Type extends keyof AriEventMap>(type: Type, listener: (event: AriEventMap[Type]) => unknown): () => void;
  on(type: string, listener: (event: UnknownAriEvent) => unknown): () => void;
  on(type: string, listener: (event: never) => unknown): () => void {
    return this.scope.on(type, listener);
  }

  /** Listens until the first event of the type. */
  once<Type extends keyof AriEventMap>(type: Type, listener: (event: AriEventMap[Type]) => unknown): () => void;
  once(type: string, listener: (event: UnknownAriEvent) => unknown): () => void;
  once(type: string, listener: (event: never) => unknown): () => void {
    let done = false;
    const stop = this.scope.on(type, (event: never) => {
      if (done) return undefined;
      done = true;
      stop();
      return listener(event);
    });
    return stop;
  }

  /**
   * The next event of the type.
   * @throws {AriError} `ARI_TIMEOUT`, `ARI_ABORTED`, or `ARI_RESOURCE_GONE` if this thing ends first.
   */
  waitFor<Type extends keyof AriEventMap>(
    type: Type,
    options?: WaitOptions<AriEventMap[Type]>,
  ): Promise<AriEventMap[Type]>;
  waitFor(type: string, options?: WaitOptions<UnknownAriEvent>): Promise<UnknownAriEvent>;
  waitFor(type: string, options: WaitOptions<never> = {}): Promise<unknown> {
    return this.scope.waitFor([type], options as WaitOptions<UnknownAriEvent>);
  }
}
