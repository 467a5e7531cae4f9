import { type ClientSettings, clientSettings } from "./client-settings.ts";
import { AriAbortError, AriClosedError, AriError, AriResourceError, AriTimeoutError } from "./errors.ts";
import { EventLink } from "./event-link.ts";
import { HttpTransport } from "./http-transport.ts";
import { OperationCaller } from "./operation-caller.ts";
import type { AriCallOptions, AriClientOptions, AriEventFilter, AriRuntime, AriState } from "./options.ts";
import { PreferWebSocket, WebSocketTransport } from "./rest-over-websocket.ts";
import { systemRuntime } from "./runtime.ts";
import { AriSession } from "./session.ts";
import { waitOnce } from "./waiting.ts";
import { openWebSocket } from "./websocket-client.ts";

/** How long an Asterisk that has REST over WebSocket may take to show it. */
const PROBE_TIMEOUT_MS = 2_000;

/** REST and events of one Asterisk, over a connection of ours. */
export class AriClient extends AriSession implements AsyncDisposable {
  readonly #settings: ClientSettings;
  readonly #http: HttpTransport;
  readonly #prefer: PreferWebSocket | undefined;
  readonly #webSocket: WebSocketTransport | undefined;
  readonly #link: EventLink | undefined;
  readonly #filters: Map<string, AriEventFilter>;
  /** Without an event WebSocket the state is only what `connect` and `close` make of it. */
  #restState: AriState = "idle";
  #failure: AriError | undefined;
  /** Why the last attempt failed; undefined once one succeeded. */
  #lastTrouble: AriError | undefined;

  /**
   * Nothing is sent before `connect()`, except by REST calls.
   * @throws {AriArgumentError} `ARI_BAD_OPTION`.
   */
  constructor(options: AriClientOptions, runtime: AriRuntime = systemRuntime) {
    const settings = clientSettings(options);
    const httpTransport = new HttpTransport(settings);
    // The link is made after super(), and asked only later.
    const late: { link?: EventLink; sent?: (text: string) => void } = {};
    const webSocket =
      settings.rest === "websocket" && settings.apps.length > 0
        ? new WebSocketTransport(
            () => late.link?.socket,
            (text) => late.sent?.(text),
          )
        : undefined;
    const prefer = webSocket === undefined ? undefined : new PreferWebSocket(webSocket, httpTransport);
    super(
      new OperationCaller(prefer ?? httpTransport, httpTransport, settings.timeoutMs),
      () => settings.apps,
      settings.subscribeAll,
      () => settings.apps.length > 0,
    );
    this.#settings = settings;
    this.#http = httpTransport;
    this.#webSocket = webSocket;
    this.#prefer = prefer;
    this.#filters = new Map(settings.filters);
    this.#link = settings.apps.length === 0 ? undefined : this.#makeLink(runtime);
    if (this.#link !== undefined) late.link = this.#link;
    // Answers over the WebSocket are sent to the first application, wherever that is now.
    this.hub.on("ApplicationReplaced", ({ application }: { application: string }) => {
      if (application === settings.apps[0]) prefer?.avoid();
    });
    late.sent = (text) => this.frame({ direction: "out", text });
  }

  /** Where it connects to, without credentials. */
  get url(): string {
    return this.#settings.address.url;
  }

  get state(): AriState {
    return this.#link?.state ?? this.#restState;
  }

  /** What REST calls go over now. */
  get restTransport(): "http" | "websocket" {
    return this.#prefer?.usable === true ? "websocket" : "http";
  }

  /**
   * Opens the event WebSocket, and keeps it open: attempts go on for ever, from the first on, but not once the user is
   * refused. Without applications it asks the server once who it is, which proves address and user.
   * @throws {AriError} `ARI_AUTH_FAILED`, `ARI_FORBIDDEN`, `ARI_WEBSOCKET_REFUSED` (400), `ARI_CLOSED`, `ARI_ABORTED`, `ARI_TIMEOUT`
   * (after `timeoutMs`; default: never). After the latter two the attempts go on until `close()`.
   */
  async connect(options: AriCallOptions = {}): Promise<void> {
    const link = this.#link;
    if (this.state === "closed") throw closedError();
    if (link === undefined) {
      await this.asterisk.getInfo({ only: "system" }, options);
      this.#restState = "connected";
      return;
    }
    if (link.state === "connected") return;
    if (this.#failure !== undefined) throw this.#failure;
    await waitOnce<void>(`the connection to ${this.url}`, options, (done, fail) => {
      const stop = this.onNotice("state", ({ to, cause }) => {
        if (to === "connected") done();
        else if (to === "failed" && cause !== undefined) fail(cause);
        else if (to === "closed") fail(closedError());
      });
      link.start();
      return stop;
    }).catch((error: unknown): never => {
      throw withTrouble(error, this.#lastTrouble);
    });
  }

  /** Sets an application's event filter, now and after each reconnect. `undefined` takes it away. */
  async setEventFilter(app: string, filter: AriEventFilter | undefined, options?: AriCallOptions): Promise<void> {
    if (filter === undefined) this.#filters.delete(app);
    else this.#filters.set(app, filter);
    await this.#putFilter(app, filter ?? {}, options);
  }

  /** Ends the connection, all waits, streams and handles. Channels stay in Stasis. */
  async close(): Promise<void> {
    if (this.state === "closed") return;
    this.#restState = "closed";
    this.#link?.stop();
    this.#prefer?.lost();
    this.#http.close();
    this.finish();
    await Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #makeLink(runtime: AriRuntime): EventLink {
    const { address, apps, subscribeAll, authorization, tls, maxMessageBytes, connectTimeoutMs, reconnect, ping } =
      this.#settings;
    const query = `app=${apps.map(encodeURIComponent).join(",")}${subscribeAll ? "&subscribeAll=true" : ""}`;
    const openOptions = { address, authorization, tls, maxMessageBytes, query, timeoutMs: connectTimeoutMs };
    return new EventLink(
      {
        open: (signal) => openWebSocket(openOptions, signal),
        prepare: () => this.#putFilters(),
        reconnect,
        ping,
        runtime,
      },
      {
        text: (text) => this.#text(text),
        state: (change) => {
          if (change.to === "failed") this.#failure = change.cause;
          if (change.to === "waiting") this.#lastTrouble = change.cause;
          if (change.to === "connected") this.#lastTrouble = undefined;
          this.notify("state", change);
          if (change.to === "failed") this.finish(change.cause);
        },
        resync: (resync) => {
          void this.#prefer?.probe(PROBE_TIMEOUT_MS);
          // First, so that it asks for nothing that a listener begins to make now.
          if (!resync.first) void this.#reconcile();
          this.notify("resync", resync);
        },
        error: (error) => this.notify("error", error),
        lost: () => this.#prefer?.lost(),
      },
    );
  }

  #text(text: string): void {
    this.receive(text);
    this.#webSocket?.answer(text);
  }

  async #putFilters(): Promise<void> {
    for (const [app, filter] of this.#filters) {
      await this.#putFilter(app, filter).catch((error: AriError) => this.notify("error", error));
    }
  }

  async #putFilter(
    app: string,
    { allowed = [], disallowed = [] }: AriEventFilter,
    options?: AriCallOptions,
  ): Promise<void> {
    // Asterisk filters the answers of REST over WebSocket too, by the filter of the first application.
    const answers = this.#webSocket !== undefined && allowed.length > 0 ? ["RESTResponse"] : [];
    const typed = (types: readonly string[]): { type: string }[] => [...new Set(types)].map((type) => ({ type }));
    const filter = { allowed: typed([...allowed, ...answers]), disallowed: typed(disallowed) };
    await this.applications.filter({ applicationName: app, filter }, options);
  }

  /** What ended while the link was down sends no more events: its handles are told. */
  async #reconcile(): Promise<void> {
    const keys = this.hub.resourceKeys();
    if (keys.length === 0) return;
    try {
      const alive = await this.#alive(keys);
      for (const key of keys) {
        if (alive.has(key)) continue;
        const error = new AriResourceError(
          "ARI_RESOURCE_GONE",
          `The ${key.replace(":", " ")} ended while the link to Asterisk was down.`,
        );
        this.hub.endResource(key, error);
      }
    } catch (error) {
      this.notify("error", error as AriError);
    }
  }

  async #alive(keys: readonly string[]): Promise<Set<string>> {
    const alive = new Set<string>();
    const has = (kind: string): boolean => keys.some((key) => key.startsWith(`${kind}:`));
    if (has("channel")) for (const { id } of await this.channels.list()) alive.add(`channel:${id}`);
    if (has("bridge")) for (const { id } of await this.bridges.list()) alive.add(`bridge:${id}`);
    for (const key of keys) {
      const [kind, id] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
      if (kind !== "playback" && kind !== "recording") continue;
      const path = `/${kind === "playback" ? "playbacks" : "recordings/live"}/${encodeURIComponent(id)}`;
      if ((await this.request("GET", path)).status !== 404) alive.add(key);
    }
    return alive;
  }
}

/** A wait that ran out says why the attempts in it failed. */
function withTrouble(error: unknown, trouble: AriError | undefined): unknown {
  if (trouble === undefined || !(error instanceof AriError)) return error;
  const message = `${error.message} The last attempt failed: ${trouble.message}`;
  if (error.code === "ARI_ABORTED") return new AriAbortError(error.code, message, { cause: error.cause });
  if (error.code === "ARI_TIMEOUT") return new AriTimeoutError(error.code, message, { cause: trouble });
  return error;
}

const closedError = (): AriClosedError =>
  new AriClosedError("ARI_CLOSED", "This ARI client was closed; make a new one.");

/**
 * Makes a client and connects it.
 * @throws {AriError} as `AriClient.connect`; the client is closed then.
 * @example
 * const ari = await connectAri({ url: "http://localhost:8088/ari", username: "ari", password: "…", apps: "hello-world" });
 */
export async function connectAri(options: AriClientOptions & { readonly signal?: AbortSignal }): Promise<AriClient> {
  const { signal, ...rest } = options;
  const client = new AriClient(rest);
  try {
    await client.connect(signal === undefined ? {} : { signal });
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}
