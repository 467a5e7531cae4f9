import type { AmiCallOptions, AmiRuntime } from "./client-options.ts";
import { AmiAbortError, AmiActionError, type AmiError, AmiTimeoutError } from "./errors.ts";
import type { AmiMessage } from "./message.ts";

export interface PendingCallContext {
  readonly id: string;
  readonly action: string;
  readonly runtime: AmiRuntime;
  readonly timeoutMs: number;
  readonly options: AmiCallOptions;
  /** Asterisk's session reads nothing else, not even a ping, before it is done with this. */
  readonly blocking: boolean;
  /** Called once, when the call has settled. `early`: before Asterisk was done with it. */
  settled(call: PendingCall, early: boolean): void;
}

/** One action on its way: settles exactly once, by reply, time-out, abort or loss of the link. */
export abstract class PendingCall {
  readonly id: string;
  readonly action: string;
  readonly blocking: boolean;
  /** Whether what comes after its end, with its ActionID, is of no use to anybody. */
  readonly ownsItems: boolean;
  /** Names of events with this ActionID that belong to the reply; `undefined` for any, empty for none. */
  readonly expects: readonly string[] | undefined;
  readonly #context: PendingCallContext;
  readonly #cancelTimer: () => void;
  readonly #unlistenSignal: () => void;
  #settled = false;

  constructor(context: PendingCallContext, expects: readonly string[] | undefined, ownsItems: boolean) {
    this.blocking = context.blocking;
    this.ownsItems = ownsItems;
    this.id = context.id;
    this.action = context.action;
    this.expects = expects;
    this.#context = context;
    const { runtime, timeoutMs } = context;
    this.#cancelTimer = runtime.schedule(timeoutMs, () =>
      this.fail(
        new AmiTimeoutError(
          "AMI_TIMEOUT",
          `No complete reply to ${this.action} within ${timeoutMs} ms; whether Asterisk did it is unknown`,
        ),
      ),
    );
    const { signal } = context.options;
    const abort = (): void =>
      this.fail(new AmiAbortError("AMI_ABORTED", `${this.action} was aborted`, { cause: signal?.reason }));
    signal?.addEventListener("abort", abort, { once: true });
    this.#unlistenSignal = () => signal?.removeEventListener("abort", abort);
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** A reply with this ActionID. */
  abstract response(message: AmiMessage): void;

  /** An event with this ActionID; returns whether it belongs to the reply. */
  abstract event(message: AmiMessage): boolean;

  /** `early`: the reply may still come. */
  fail(error: AmiError, early = true): void {
    this.settle(early, () => this.rejected(error));
  }

  protected abstract rejected(error: AmiError): void;

  /** Runs `tell` unless the call has settled before. */
  protected settle(early: boolean, tell: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#cancelTimer();
    this.#unlistenSignal();
    this.#context.settled(this, early);
    tell();
  }
}

/** A call that ends in one value. */
export abstract class PromisedCall<Value> extends PendingCall {
  readonly promise: Promise<Value>;
  readonly #resolvers: PromiseWithResolvers<Value> = Promise.withResolvers<Value>();

  constructor(context: PendingCallContext, expects: readonly string[] | undefined, ownsItems: boolean) {
    super(context, expects, ownsItems);
    this.promise = this.#resolvers.promise;
  }

  protected resolve(value: Value): void {
    this.settle(false, () => this.#resolvers.resolve(value));
  }

  protected refuse(response: AmiMessage): void {
    this.settle(false, () => this.#resolvers.reject(new AmiActionError(this.action, response)));
  }

  protected override rejected(error: AmiError): void {
    this.#resolvers.reject(error);
  }
}

/** Ends with its response. */
export class ActionCall extends PromisedCall<AmiMessage> {
  constructor(context: PendingCallContext) {
    super(context, [], false);
  }

  override response(message: AmiMessage): void {
    if (message.name === "Error") this.refuse(message);
    else this.resolve(message);
  }

  override event(): boolean {
    return false;
  }
}
