import type { AriError } from "./errors.ts";
import type { EventSocket } from "./event-socket.ts";
import { callSafely } from "./listener-map.ts";
import { OperationCaller } from "./operation-caller.ts";
import { type PingSettings, watchPeer } from "./peer-watch.ts";
import { WebSocketTransport } from "./rest-over-websocket.ts";
import { systemRuntime } from "./runtime.ts";
import { AriSession } from "./session.ts";

interface OutboundSessionOptions {
  readonly remoteAddress: string;
  readonly subscribesAll: boolean;
  readonly timeoutMs: number;
  readonly ping: PingSettings;
}

/**
 * One WebSocket that Asterisk opened to us. With `connection_type=persistent` it serves the applications that
 * `ApplicationRegistered` names; with `per_call_config` one call, whose application is called `<app>:<channel>`. When it
 * is gone, Asterisk makes a new one; this one does not come back.
 */
export class OutboundSession extends AriSession {
  readonly remoteAddress: string;
  /** Resolves with the reason when the connection is gone. */
  readonly closed: Promise<AriError>;
  readonly #socket: EventSocket;
  readonly #apps: Set<string>;

  constructor(socket: EventSocket, options: OutboundSessionOptions) {
    const apps = new Set<string>();
    const standing: { socket: EventSocket | undefined; sent?: (text: string) => void } = { socket };
    const transport = new WebSocketTransport(
      () => standing.socket,
      (text) => standing.sent?.(text),
    );
    super(
      new OperationCaller(transport, undefined, options.timeoutMs),
      () => [...apps],
      options.subscribesAll,
      () => true,
    );
    standing.sent = (text) => this.frame({ direction: "out", text });
    this.#socket = socket;
    this.#apps = apps;
    this.remoteAddress = options.remoteAddress;
    this.hub.on("ApplicationRegistered", ({ application }: { application: string }) => apps.add(application));
    this.hub.on("ApplicationUnregistered", ({ application }: { application: string }) => apps.delete(application));
    this.hub.on("StasisStart", ({ application }: { application: string }) => apps.add(application));
    let aliveAt = systemRuntime.now();
    this.closed = new Promise((resolve) => {
      const stopWatch = watchPeer(socket, () => aliveAt, options.ping, systemRuntime);
      socket.attach({
        text: (text) => {
          this.receive(text);
          transport.answer(text);
        },
        alive: () => {
          aliveAt = systemRuntime.now();
        },
        ended: (cause) => {
          standing.socket = undefined;
          stopWatch();
          transport.lost();
          this.finish();
          resolve(cause);
        },
      });
    });
  }

  /** The applications that Asterisk has named so far. */
  get apps(): readonly string[] {
    return [...this.#apps];
  }

  /** Hands itself to those who wait for sessions; what one of them throws is told as `listener-error` and harms nobody. */
  announce(listeners: Iterable<(session: OutboundSession) => unknown>): void {
    for (const listener of listeners) callSafely(listener, this, "session", this.listenerFailed);
  }

  /** Ends the connection; Asterisk opens a new one if it is persistent. */
  close(): void {
    this.#socket.close();
  }

  /** Which applications there are is Asterisk's to say, and may come later. */
  protected override servesApp(): boolean {
    return true;
  }

  protected override isApp(application: string, app: string): boolean {
    return application === app || application.startsWith(`${app}:`);
  }
}
