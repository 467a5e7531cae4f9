import { AriArgumentError, AriClosedError, type AriError, AriResourceError } from "./errors.ts";
import { EventHub } from "./event-hub.ts";
import { type AriEventStream, EventStream } from "./event-stream.ts";
import type { AriEventMap } from "./generated/events.ts";
import type {
  AriResources,
  ChannelsCreateParams,
  ChannelsExternalMediaParams,
  ChannelsOriginateParams,
} from "./generated/operations.ts";
import { BridgeHandle } from "./handles/bridge-handle.ts";
import { ChannelHandle, splitOptions } from "./handles/channel-handle.ts";
import type { HandleContext } from "./handles/handle-context.ts";
import { LiveRecordingHandle } from "./handles/live-recording-handle.ts";
import { makeResource } from "./handles/make-resource.ts";
import { PlaybackHandle } from "./handles/playback-handle.ts";
import { ListenerMap } from "./listener-map.ts";
import { crypto } from "./node-builtins.ts";
import type { OperationCaller } from "./operation-caller.ts";
import type {
  AriCallOptions,
  AriEventsOptions,
  AriFrame,
  AriNotices,
  AriRequestOptions,
  AriResponse,
} from "./options.ts";
import { resourceKey } from "./resource-keys.ts";
import { ResourceScope } from "./resource-scope.ts";
import { buildResources } from "./resources.ts";
import { runStasisHandler, type StasisHandler, type StasisOptions } from "./stasis.ts";
import { type WaitOptions, waitOnce } from "./waiting.ts";
import type { UnknownAriEvent, VariableValues } from "./wire-types.ts";

/** How a bridge is made. */
export interface CreateBridgeOptions extends AriCallOptions {
  /** Comma-separated attributes: `mixing`, `holding`, `dtmf_events`, `proxy_media`, `video_sfu`, `video_single`, `sdp_label`. Default `mixing`. */
  readonly type?: string;
  readonly name?: string;
  /** Since 20.20, 22.10, 23.4. */
  readonly variables?: VariableValues;
}

/** What REST and events over one PBX offer, whoever opened the connection. */
export abstract class AriSession {
  readonly asterisk: AriResources["asterisk"];
  readonly endpoints: AriResources["endpoints"];
  readonly channels: AriResources["channels"];
  readonly bridges: AriResources["bridges"];
  readonly recordings: AriResources["recordings"];
  readonly sounds: AriResources["sounds"];
  readonly playbacks: AriResources["playbacks"];
  readonly deviceStates: AriResources["deviceStates"];
  readonly mailboxes: AriResources["mailboxes"];
  readonly applications: AriResources["applications"];
  /** `events()` iterates over the events; `events.userEvent` and `events.claimChannel` are ARI's operations. */
  readonly events: AriResources["events"] & ((options?: AriEventsOptions) => AriEventStream);
  protected readonly hub: EventHub;
  readonly #caller: OperationCaller;
  readonly #apps: () => readonly string[];
  readonly #subscribesAll: boolean;
  readonly #notices = new ListenerMap();
  readonly #streams = new Set<EventStream>();
  readonly #frames = new Set<(frame: AriFrame) => void>();
  readonly #context: HandleContext;

  /**
   * @param apps asked each time, for Asterisk may tell them later.
   * @param receives whether events can come at all.
   */
  protected constructor(
    caller: OperationCaller,
    apps: () => readonly string[],
    subscribesAll: boolean,
    receives: () => boolean,
  ) {
    this.#caller = caller;
    this.#apps = apps;
    this.#subscribesAll = subscribesAll;
    this.hub = new EventHub(receives, this.listenerFailed, (error) => this.notify("error", error));
    const resources = buildResources(caller);
    this.asterisk = resources.asterisk;
    this.endpoints = resources.endpoints;
    this.channels = resources.channels;
    this.bridges = resources.bridges;
    this.recordings = resources.recordings;
    this.sounds = resources.sounds;
    this.playbacks = resources.playbacks;
    this.deviceStates = resources.deviceStates;
    this.mailboxes = resources.mailboxes;
    this.applications = resources.applications;
    this.events = Object.assign((options: AriEventsOptions = {}) => this.#stream(options), resources.events);
    this.#context = {
      resources,
      app: (asked) => this.#app(asked),
      subscribe: async (source, options) => {
        await this.applications.subscribe({ applicationName: this.#app(undefined), eventSource: source }, options);
      },
      makeChannel: (id, app, ask) => this.#makeChannel(id, app, ask),
      scope: (kind, id) => new ResourceScope(this.hub, this.listenerFailed, kind, id),
    };
    this.hub.on("ApplicationReplaced", (event: AriEventMap["ApplicationReplaced"]) => {
      this.notify("application-replaced", { application: event.application });
    });
  }

  /** Listens to one type of event, `*` for all; returns what stops it. Called at once and in order; a listener that throws harms nobody. */
  on<Type extends keyof AriEventMap>(type: Type, listener: (event: AriEventMap[Type]) => unknown): () => void;
  on(type: string, listener: (event: UnknownAriEvent) => unknown): () => void;
  on(type: string, listener: (event: never) => unknown): () => void {
    return this.hub.on(type, listener);
  }

  /** Listens to what the connection itself has to say; returns what stops it. */
  onNotice<Name extends keyof AriNotices>(name: Name, listener: (notice: AriNotices[Name]) => unknown): () => void {
    return this.#notices.add(name, listener);
  }

  /** Every text frame of the event WebSocket as it is, for a capture. Returns what stops it. */
  onFrame(listener: (frame: AriFrame) => void): () => void {
    this.#frames.add(listener);
    return () => this.#frames.delete(listener);
  }

  /**
   * The next event of the type.
   * @throws {AriError} `ARI_TIMEOUT`, `ARI_ABORTED`, `ARI_CLOSED`.
   */
  waitFor<Type extends keyof AriEventMap>(
    type: Type,
    options?: WaitOptions<AriEventMap[Type]>,
  ): Promise<AriEventMap[Type]>;
  waitFor(type: string, options?: WaitOptions<UnknownAriEvent>): Promise<UnknownAriEvent>;
  async waitFor(type: string, options: WaitOptions<never> = {}): Promise<unknown> {
    this.hub.requireEvents();
    const where = options.where as ((event: UnknownAriEvent) => boolean) | undefined;
    return await waitOnce<UnknownAriEvent>(type, options, (done, fail) => {
      this.#waiting.add(fail);
      const stop = this.hub.on(type, (event: UnknownAriEvent) => {
        if (where?.(event) ?? true) done(event);
      });
      return () => {
        this.#waiting.delete(fail);
        stop();
      };
    });
  }

  /** Any request; `path` is relative to `/ari`. Any status is an answer; only no answer is an error. */
  request(method: string, path: string, options?: AriRequestOptions): Promise<AriResponse> {
    return this.#caller.request(method, path, options);
  }

  /** A channel that exists. */
  channel(id: string): ChannelHandle {
    return new ChannelHandle(this.#context, this.#context.scope("channel", id));
  }

  /** A bridge that exists. */
  bridge(id: string): BridgeHandle {
    return new BridgeHandle(this.#context, this.#context.scope("bridge", id));
  }

  /** A playback that exists. */
  playback(id: string): PlaybackHandle {
    return new PlaybackHandle(this.#context, this.#context.scope("playback", id));
  }

  /** A recording under way. */
  liveRecording(name: string): LiveRecordingHandle {
    return new LiveRecordingHandle(this.#context, this.#context.scope("recording", name));
  }

  /**
   * Calls `endpoint` and puts the channel into a Stasis application (default: our first) or, with `extension`, into the
   * dialplan. None of the channel's events is missed: they are kept until somebody listens.
   */
  async originate(options: ChannelsOriginateParams & AriCallOptions): Promise<ChannelHandle> {
    const [{ channelId = crypto.randomUUID(), ...params }, call] = splitOptions(options);
    const place: { app?: string } = options.extension === undefined ? { app: this.#app(options.app) } : {};
    const channel = await this.#makeChannel(channelId, place.app, () =>
      this.channels.originateWithId({ ...params, ...place, channelId }, call),
    );
    // Asterisk subscribes an application only to the channels that it puts into it.
    if (options.extension !== undefined) await this.#subscribeQuietly("channel", channel);
    return channel;
  }

  /** A channel that is not dialled yet (`channel.dial()` does), so that it can be put into a bridge first. */
  async createChannel(
    options: Omit<ChannelsCreateParams, "app"> & { readonly app?: string } & AriCallOptions,
  ): Promise<ChannelHandle> {
    const [{ channelId = crypto.randomUUID(), ...params }, call] = splitOptions(options);
    const app = this.#app(options.app);
    return await this.#makeChannel(channelId, app, () => this.channels.create({ ...params, app, channelId }, call));
  }

  /** A channel whose media go to a program of one's own. Since 16.6, 17.1. */
  async externalMedia(
    options: Omit<ChannelsExternalMediaParams, "app"> & { readonly app?: string } & AriCallOptions,
  ): Promise<ChannelHandle> {
    const [{ channelId = crypto.randomUUID(), ...params }, call] = splitOptions(options);
    const app = this.#app(options.app);
    return await this.#makeChannel(channelId, app, () =>
      this.channels.externalMedia({ ...params, app, channelId }, call),
    );
  }

  async createBridge(options: CreateBridgeOptions = {}): Promise<BridgeHandle> {
    const [params, call] = splitOptions(options);
    const bridgeId = crypto.randomUUID();
    const scope = this.#context.scope("bridge", bridgeId);
    await makeResource(scope, () => this.bridges.createWithId({ ...params, bridgeId }, call));
    const bridge = new BridgeHandle(this.#context, scope);
    // Without this Asterisk tells of a bridge only while a channel of ours is in it, and never of its end.
    await this.#subscribeQuietly("bridge", bridge);
    return bridge;
  }

  /**
   * Runs `handler` for each channel that enters one of our applications. It is called at once, so listeners that it
   * attaches before its first `await` miss nothing. Its errors go to the notice `listener-error`.
   * @returns what stops it; handlers under way go on.
   * @throws {AriError} `ARI_BAD_ARGUMENT` if this connection does not serve the application.
   */
  stasis(app: string, handler: StasisHandler, options: StasisOptions = {}): () => void {
    if (!this.servesApp(app)) {
      const served = this.#apps().join(", ") || "none";
      throw new AriArgumentError(
        "ARI_BAD_ARGUMENT",
        `This connection does not serve the application ${app} (only: ${served}); name it in \`apps\`.`,
      );
    }
    return this.on("StasisStart", (event) => {
      if (!this.isApp(event.application, app)) return;
      runStasisHandler(handler, this.channel(event.channel.id), event, options.onError ?? "continue").catch(
        (error: unknown) => this.listenerFailed(`stasis ${app}`, error),
      );
    });
  }

  protected servesApp(app: string): boolean {
    return this.#apps().includes(app);
  }

  /** Whether an event's application is the one meant. */
  protected isApp(application: string, app: string): boolean {
    return application === app;
  }

  /** Takes one text frame that Asterisk sent. */
  protected receive(text: string): void {
    if (this.#frames.size > 0) this.frame({ direction: "in", text });
    this.hub.frame(text);
  }

  /** Shows one frame to those who capture. */
  protected frame(frame: AriFrame): void {
    for (const listener of this.#frames) {
      try {
        listener(frame);
      } catch (error) {
        this.listenerFailed("frame", error);
      }
    }
  }

  protected notify<Name extends keyof AriNotices>(name: Name, notice: AriNotices[Name]): void {
    this.#notices.emit(name, notice, name === "listener-error" ? () => undefined : this.listenerFailed);
  }

  /** Ends streams, waits and handles: the session is over, because somebody closed it or because of `failure`. */
  protected finish(failure?: AriError): void {
    const error = failure ?? new AriClosedError("ARI_CLOSED", "The ARI connection was closed.");
    this.hub.end(error);
    for (const stream of this.#streams) stream.finish(failure);
    for (const fail of this.#waiting) fail(error);
  }

  readonly #waiting = new Set<(error: AriError) => void>();

  /** Tells of a listener's fault. */
  protected readonly listenerFailed = (name: string, error: unknown): void => {
    if (this.#notices.has("listener-error")) this.notify("listener-error", { name, error });
    // Nobody asked to be told, and a library does not print: Node's own channel for this keeps the fault from vanishing.
    else
      process.emitWarning(error instanceof Error ? error : new Error(`A listener for ${name} threw what is no error.`));
  };

  #app(asked: string | undefined): string {
    const app = asked ?? this.#apps()[0];
    if (app !== undefined) return app;
    throw new AriArgumentError(
      "ARI_BAD_ARGUMENT",
      "A new channel needs an application: name it in the call, or in `apps`.",
    );
  }

  /** The thing exists and can be used all the same: a failure is told, not thrown. Who is subscribed to all would get each event twice. */
  async #subscribeQuietly(kind: "channel" | "bridge", handle: ChannelHandle | BridgeHandle): Promise<void> {
    const key = resourceKey(kind, handle.id);
    if (this.#subscribesAll || this.#apps().length === 0) return;
    await handle.subscribe().catch((error: AriError) => {
      // 422: it is gone already, and nothing will be told of its end.
      if (error.code === "ARI_UNPROCESSABLE")
        this.hub.endResource(
          key,
          new AriResourceError("ARI_RESOURCE_GONE", `The ${key.replace(":", " ")} was gone at once.`, { cause: error }),
        );
      else this.notify("error", error);
    });
  }

  async #makeChannel(channelId: string, app: string | undefined, ask: () => Promise<unknown>): Promise<ChannelHandle> {
    const scope = this.#context.scope("channel", channelId);
    // The events of a channel in another program's application do not come here: nothing may wait for them.
    if (app === undefined || this.servesApp(app) || this.#subscribesAll) await makeResource(scope, ask);
    else await ask();
    return new ChannelHandle(this.#context, scope);
  }

  #stream(options: AriEventsOptions): AriEventStream {
    this.hub.requireEvents();
    const { types = ["*"] } = options;
    const stream = new EventStream(options, (target) => {
      const push = (event: UnknownAriEvent): void => target.push(event);
      const stops = (types.includes("*") ? ["*"] : [...new Set(types)]).map((type) => this.hub.on(type, push));
      this.#streams.add(target);
      return () => {
        for (const stop of stops) stop();
        this.#streams.delete(target);
      };
    });
    return stream;
  }
}
