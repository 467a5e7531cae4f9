import { randomBytes } from "node:crypto";
import { Calls } from "./calls.ts";
import { checkDuration, checkOptions } from "./check-options.ts";
import type {
  AmiCallOptions,
  AmiClientOptions,
  AmiEventsOptions,
  AmiEventStream,
  AmiList,
  AmiNotices,
  AmiRuntime,
  AmiState,
  AmiStats,
  OriginateResult,
} from "./client-options.ts";
import type { AmiParams } from "./encode-action.ts";
import { AmiAbortError, type AmiError, AmiLinkLostError, AmiOptionError } from "./errors.ts";
import { EventListeners } from "./event-listeners.ts";
import { EventStream } from "./event-stream.ts";
import { AmiLink, closedError } from "./link.ts";
import { ListCall, ListStreamCall } from "./list-call.ts";
import type { AmiMessage } from "./message.ts";
import { Notices } from "./notices.ts";
import { redact } from "./redact.ts";
import { OriginateCall } from "./originate-call.ts";
import { ActionCall, type PendingCall, type PendingCallContext } from "./pending-call.ts";
import { systemRuntime } from "./runtime.ts";
import type { AmiCallArguments, AmiEventOf, AmiItemOf, AnyActionName, AnyEventName } from "./typed.ts";

/**
 * One manager session that stays: it connects, logs in, and comes back after every loss, for ever, until `close()`
 * or until Asterisk says that user or secret are wrong.
 *
 * Every call settles: by its reply, its time-out, its AbortSignal, or the end of the link. Nothing is sent twice.
 */
export class AmiClient implements AsyncDisposable {
  readonly #options: AmiClientOptions;
  readonly #runtime: AmiRuntime;
  readonly #notices = new Notices();
  readonly #listeners: EventListeners;
  readonly #bytesListeners = new Set<(bytes: Uint8Array) => void>();
  readonly #streams = new Set<EventStream>();
  readonly #idPrefix: string;
  readonly #calls: Calls;
  readonly #link: AmiLink;
  #connecting: PromiseWithResolvers<void> | undefined;
  #nextId = 1;

  /** @throws AmiOptionError `AMI_BAD_OPTION` */
  constructor(options: AmiClientOptions, runtime: AmiRuntime = systemRuntime) {
    checkOptions(options);
    this.#options = options;
    this.#runtime = runtime;
    this.#listeners = new EventListeners(this.#notices.call, () => this.#updateWanted());
    this.#idPrefix = `cb-${randomBytes(4).toString("hex")}-`;
    this.#calls = new Calls(this.#idPrefix, options.maxPending ?? 10_000);
    const notices = this.#notices;
    this.#link = new AmiLink(options, runtime, this.#calls.pingId, {
      state: (change) => notices.emit("state", change),
      resync: (resync) => {
        notices.emit("resync", resync);
        this.#connecting?.resolve();
      },
      lag: (lag) => notices.emit("lag", lag),
      sent: (action, actionId, text) => {
        if (notices.has("sent")) notices.emit("sent", { action, actionId, text: redact(text) });
      },
      bytes: (bytes) => {
        notices.callAll("bytes", this.#bytesListeners, () => Uint8Array.from(bytes));
      },
      message: (message) => this.#receive(message),
      mayPing: () => !this.#calls.blocked,
      lost: (error) => {
        this.#calls.failAll((action) => lostWith(action, error));
        notices.emit("error", error);
      },
      closed: (error) => this.#closed(error),
    });
  }

  get state(): AmiState {
    return this.#link.state;
  }

  /** What the server said first, and the AMI version in it (Asterisk 16 is 5, 22 is 11); empty before. */
  get server(): { readonly greeting: string; readonly version: string } {
    const { greeting } = this.#link;
    return { greeting, version: /\/(\d[\w.]*)/.exec(greeting)?.[1] ?? "" };
  }

  get stats(): AmiStats {
    return {
      skippedEvents: this.#link.skippedEvents,
      lateReplies: this.#calls.late,
      strayReplies: this.#calls.stray,
      pendingCalls: this.#calls.size,
      bytesRead: this.#link.bytesRead,
      logins: this.#link.logins,
    };
  }

  /**
   * Resolves at the first login, however many attempts that takes; `error` and `state` notices tell of each.
   *
   * @throws AmiAuthError `AMI_AUTH_FAILED` when user or secret are wrong; AmiAbortError and AmiClosedError. The
   *   client is closed then.
   */
  connect(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.state === "closed") return Promise.reject(closedError());
    const { signal } = options;
    const isFirst = this.#connecting === undefined;
    const { promise } = (this.#connecting ??= Promise.withResolvers<void>());
    // Whoever calls connect() again, or never looks, still gets no unhandled rejection from the shared promise.
    if (isFirst) promise.catch(() => {});
    const abort = (): void => {
      if (this.#link.logins > 0) return;
      this.#link.end(new AmiAbortError("AMI_ABORTED", "connect() was aborted", { cause: signal?.reason }));
    };
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    if (isFirst && signal?.aborted !== true) this.#link.open();
    return signal === undefined ? promise : promise.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Logs off and ends for good: pending calls reject with `AMI_CLOSED`, streams end. Safe to call twice. */
  async close(): Promise<void> {
    await this.#link.close(this.#newId());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Listens to the client's own notices; returns what ends it. `event` is every AMI event, so it costs what all of them cost. */
  on<N extends keyof AmiNotices>(name: N, listener: (notice: AmiNotices[N]) => void): () => void {
    if (name === "event") return this.#listeners.add("*", listener as (event: AmiMessage) => void);
    return this.#notices.on(name, listener);
  }

  /** Listens to AMI events by name, `*` for all; returns what ends it. Events that nobody wants are never decoded. */
  onEvent<N extends AnyEventName>(names: N | readonly N[], listener: (event: AmiEventOf<N>) => void): () => void {
    return this.#listeners.add(names, listener as (event: AmiMessage) => void);
  }

  /** Inbound bytes as they arrive, before they are decoded; the listener owns its copy. */
  onBytes(listener: (bytes: Uint8Array) => void): () => void {
    // A function of its own, so that the same listener may listen twice and each goes alone.
    const own = (bytes: Uint8Array): void => listener(bytes);
    this.#bytesListeners.add(own);
    return () => {
      this.#bytesListeners.delete(own);
    };
  }

  /** Events as an async iterator with a queue of its own, so that a slow consumer holds up neither the link nor others. */
  events(options: AmiEventsOptions = {}): AmiEventStream {
    const stream = new EventStream(options);
    if (this.state === "closed") stream.close(closedError());
    const unlisten = this.#listeners.add(options.names ?? "*", (event) => stream.push(event));
    this.#streams.add(stream);
    stream.whenOver(() => {
      unlisten();
      this.#streams.delete(stream);
    });
    return stream;
  }

  /**
   * Sends an action and resolves with its response.
   *
   * @throws AmiActionError on `Response: Error`; AmiTimeoutError, AmiAbortError, AmiLinkLostError, AmiClosedError;
   *   AmiInjectionError and AmiOverflowError before anything is sent.
   */
  async action<N extends AnyActionName>(name: N, ...rest: AmiCallArguments<N>): Promise<AmiMessage> {
    const [params = {}, options = {}] = rest as [AmiParams?, AmiCallOptions?];
    const call = this.#start(name, params, options, (context) => new ActionCall(context));
    return call.promise;
  }

  /** Sends a list action and collects its items. An empty list that Asterisk reports as an Error or as a plain reply is an empty list. */
  async list<N extends AnyActionName>(name: N, ...rest: AmiCallArguments<N>): Promise<AmiList<AmiItemOf<N>>> {
    const [params = {}, options = {}] = rest as [AmiParams?, AmiCallOptions?];
    const call = this.#start(name, params, options, (context) => new ListCall(context));
    return call.promise as Promise<AmiList<AmiItemOf<N>>>;
  }

  /**
   * The same, item by item, so that a long list need not be held. It ends with the list; it throws what `list` throws.
   * Reading never waits: with more than 100,000 items waiting to be taken it throws `AMI_QUEUE_FULL`.
   */
  listItems<N extends AnyActionName>(name: N, ...rest: AmiCallArguments<N>): AsyncIterableIterator<AmiItemOf<N>> {
    const [params = {}, options = {}] = rest as [AmiParams?, AmiCallOptions?];
    const stream = new EventStream({ limit: 100_000 });
    try {
      const call = this.#start(name, params, options, (context) => new ListStreamCall(context, stream));
      stream.whenOver(() => call.fail(new AmiAbortError("AMI_ABORTED", `The consumer of ${name} stopped`)));
    } catch (error) {
      stream.close(error as AmiError, true);
    }
    return stream as unknown as AsyncIterableIterator<AmiItemOf<N>>;
  }

  /**
   * Starts a call and resolves when it is answered or has failed (`success: false`). Always asynchronous in
   * Asterisk, so that the link stays free. Time-out: the action's own `Timeout` (30,000 if absent) and `timeoutMs`.
   *
   * @throws what {@link action} throws; AmiOptionError if the client logged in with `events: "off"`, for the outcome is an event.
   */
  async originate(params: AmiCallArguments<"Originate">[0], options: AmiCallOptions = {}): Promise<OriginateResult> {
    if (this.#options.events === "off") {
      throw new AmiOptionError(
        "AMI_BAD_OPTION",
        'originate() needs events of class call; the client has events: "off"',
      );
    }
    const ringMs = Number(params.Timeout ?? 30_000);
    const timeoutMs = options.timeoutMs ?? (Number.isFinite(ringMs) ? ringMs : 30_000) + this.#timeoutMs;
    const all = { ...params, Async: true } as AmiParams;
    return this.#start("Originate", all, { ...options, timeoutMs }, (context) => new OriginateCall(context)).promise;
  }

  /** Runs a CLI command and resolves with its lines, verbatim. Needs the write class `command`. */
  async command(text: string, options: AmiCallOptions = {}): Promise<string[]> {
    const response = await this.action("Command", { Command: text }, options);
    return response.output;
  }

  get #timeoutMs(): number {
    return this.#options.timeoutMs ?? 10_000;
  }

  #start<Call extends PendingCall>(
    action: string,
    params: AmiParams,
    options: AmiCallOptions,
    make: (context: PendingCallContext) => Call,
  ): Call {
    if (options.signal?.aborted === true) {
      throw new AmiAbortError("AMI_ABORTED", `${action} was aborted before it was sent`, {
        cause: options.signal.reason,
      });
    }
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    checkDuration("timeoutMs", timeoutMs);
    this.#calls.checkRoom();
    const id = this.#newId();
    const call = make({
      id,
      action,
      runtime: this.#runtime,
      timeoutMs,
      options,
      blocking: isBlocking(action, params),
      settled: (settled, early) => {
        if (this.#calls.remove(settled, early)) this.#updateWanted();
      },
    });
    // Before it is sent: a listener that is told of it may abort it, or close the client.
    if (this.#calls.add(call)) this.#updateWanted();
    try {
      this.#link.send(action, params, id);
    } catch (error) {
      call.fail(error as AmiError, false);
    }
    return call;
  }

  #newId(): string {
    return `${this.#idPrefix}${this.#nextId++}`;
  }

  #receive(message: AmiMessage): void {
    if (message.kind === "event") {
      if (!this.#calls.event(message)) this.#listeners.dispatch(message);
    } else if (message.kind === "response") this.#calls.response(message);
  }

  /** Tells the decoder which events to make objects of. */
  #updateWanted(): void {
    this.#link.want(this.#calls.addExpected(this.#listeners.wanted()));
  }

  #closed(error: AmiError): void {
    const asked = error.code === "AMI_CLOSED";
    this.#calls.failAll((action) => (asked ? closedError() : lostWith(action, error)));
    for (const stream of this.#streams) stream.close(asked ? undefined : error);
    this.#connecting?.reject(error);
    if (!asked) this.#notices.emit("error", error);
  }
}

function lostWith(action: string, cause: AmiError): AmiLinkLostError {
  const text = `The link went away before ${action} was answered; whether Asterisk did it is unknown`;
  return new AmiLinkLostError("AMI_LINK_LOST", text, { cause, retryable: true });
}

/** Asterisk's session runs these to their end before it reads on (main/manager.c, process_message). */
function isBlocking(action: string, params: AmiParams): boolean {
  if (/^(?:waitevent|command)$/i.test(action)) return true;
  const isAsync = params["Async"];
  return (
    /^originate$/i.test(action) &&
    isAsync !== true &&
    !/^(?:true|yes|on|y|t|1)$/i.test(typeof isAsync === "string" ? isAsync : "")
  );
}
