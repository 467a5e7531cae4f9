import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import type { AmiClientOptions, AmiRuntime } from "./client-options.ts";
import { AmiDecoder } from "./decoder.ts";
import { actionText, type AmiParams } from "./encode-action.ts";
import {
  AmiAuthError,
  AmiConnectError,
  AmiError,
  AmiLinkLostError,
  AmiOverflowError,
  AmiProtocolError,
} from "./errors.ts";
import type { AmiMessage } from "./message.ts";
import { openSocket } from "./socket.ts";

export interface SessionHandlers {
  greeted(line: string): void;
  /** Called while the login's reply is being read: events in the same segment come after it. */
  loggedIn(): void;
  message(message: AmiMessage): void;
  bytes(bytes: Uint8Array, full: boolean): void;
  /** What goes out, secrets included. */
  sent(action: string, actionId: string, text: string): void;
  /** Exactly once. */
  ended(error: AmiError): void;
}

/** One connection from the first byte to the last: greeting, login, messages. It knows nothing of reconnecting. */
export class AmiSession {
  readonly decoder: AmiDecoder;
  readonly #options: AmiClientOptions;
  readonly #handlers: SessionHandlers;
  readonly #socket: Socket;
  readonly #cancelDeadline: () => void;
  #phase: "greeting" | "challenge" | "login" | "ready" = "greeting";
  #connected = false;
  #ended = false;

  constructor(options: AmiClientOptions, runtime: AmiRuntime, readBuffer: Uint8Array, handlers: SessionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.decoder = new AmiDecoder(options.limits === undefined ? {} : { limits: options.limits });
    const limitMs = options.connectTimeoutMs ?? 10_000;
    this.#cancelDeadline = runtime.schedule(limitMs, () => {
      const what = {
        greeting: this.#connected ? "greeting" : "connection",
        challenge: "challenge",
        login: "login reply",
        ready: "",
      };
      this.end(
        new AmiConnectError(
          "AMI_CONNECT_TIMEOUT",
          `No ${what[this.#phase]} from ${this.#place()} within ${limitMs} ms`,
          { retryable: true },
        ),
      );
    });
    this.#socket = openSocket(options, readBuffer, {
      connected: () => {
        this.#connected = true;
      },
      bytes: (bytes, full) => this.#read(bytes, full),
      closed: (error) => this.end(this.#closedBecause(error)),
    });
  }

  /** @throws AmiInjectionError; AmiOverflowError `AMI_QUEUE_FULL` when too much waits to be written. */
  send(action: string, params: AmiParams, actionId: string): void {
    const limit = this.#options.maxUnsentBytes ?? 4_194_304;
    if (this.#socket.writableLength > limit) {
      const text = `More than ${limit} bytes wait to be sent to ${this.#place()} (maxUnsentBytes)`;
      throw new AmiOverflowError("AMI_QUEUE_FULL", text, { retryable: true });
    }
    this.sendOwn(action, params, actionId);
  }

  /** For the client's own few actions (Login, Ping, Logoff), which no limit holds back. */
  sendOwn(action: string, params: AmiParams, actionId: string): void {
    const text = actionText(action, params, actionId);
    this.#handlers.sent(action, actionId, text);
    this.#socket.write(text);
  }

  /** Ends at once; what was not yet sent is lost. */
  end(error: AmiError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelDeadline();
    this.#socket.destroy();
    this.decoder.end();
    this.#handlers.ended(error);
  }

  /** Says goodbye first, and gives it `graceMs` to be sent. */
  logoff(error: AmiError, actionId: string, runtime: AmiRuntime, graceMs: number): Promise<void> {
    if (this.#ended || this.#phase !== "ready" || !this.#socket.writable) {
      this.end(error);
      return Promise.resolve();
    }
    this.sendOwn("Logoff", {}, actionId);
    this.#ended = true;
    this.#handlers.ended(error);
    return new Promise((resolve) => {
      const cancel = runtime.schedule(graceMs, () => this.#socket.destroy());
      this.#socket.once("close", () => {
        cancel();
        resolve();
      });
      this.#socket.end();
    });
  }

  #read(bytes: Uint8Array, full: boolean): void {
    if (this.#ended) return;
    this.#handlers.bytes(bytes, full);
    try {
      this.decoder.push(bytes, (message) => {
        if (!this.#ended) this.#receive(message);
      });
    } catch (error) {
      this.end(
        error instanceof AmiError
          ? error
          : new AmiProtocolError("AMI_LINK_LOST", "Reading from Asterisk failed", { cause: error }),
      );
    }
  }

  #receive(message: AmiMessage): void {
    if (message.kind === "greeting") this.#greet(message.name);
    else if (message.kind === "response" && this.#phase === "greeting") this.#greet(message.name);
    else if (message.kind === "response" && this.#phase !== "ready") this.#loginReply(message);
    else this.#handlers.message(message);
  }

  #greet(line: string): void {
    if (!/call manager/i.test(line)) {
      const shown = JSON.stringify(line.slice(0, 60));
      this.end(
        new AmiProtocolError("AMI_BAD_GREETING", `${this.#place()} is no Asterisk manager port; it says ${shown}`, {
          retryable: true,
        }),
      );
      return;
    }
    this.#handlers.greeted(line);
    if (this.#ended) return;
    if (this.#options.auth === "md5") {
      this.#phase = "challenge";
      this.sendOwn("Challenge", { AuthType: "MD5" }, this.#loginId());
    } else {
      this.#login({ Secret: this.#options.secret });
    }
  }

  #login(proof: AmiParams): void {
    this.#phase = "login";
    const { username, events = "on" } = this.#options;
    this.sendOwn(
      "Login",
      { Username: username, ...proof, Events: typeof events === "string" ? events : events.join(",") },
      this.#loginId(),
    );
  }

  #loginId(): string {
    return this.#phase === "challenge" ? "login-challenge" : "login";
  }

  #loginReply(reply: AmiMessage): void {
    const id = reply.get("ActionID");
    if (id !== undefined && id !== this.#loginId()) return;
    if (reply.name === "Error") {
      const reason = reply.get("Message") ?? "no reason given";
      const text = `${this.#place()} refused the login of ${JSON.stringify(this.#options.username)}: ${reason}`;
      // Everything else may pass by itself: "Login Already In Use", a session limit, modules still loading.
      if (/^authentication failed/i.test(reason)) this.end(new AmiAuthError("AMI_AUTH_FAILED", text));
      else this.end(new AmiAuthError("AMI_LOGIN_REFUSED", text, { retryable: true }));
    } else if (this.#phase === "challenge") {
      const challenge = reply.get("Challenge") ?? "";
      if (challenge === "") {
        const text = `${this.#place()} sent no challenge to log in with`;
        this.end(new AmiAuthError("AMI_LOGIN_REFUSED", text, { retryable: true }));
        return;
      }
      const key = createHash("md5")
        .update(challenge + this.#options.secret)
        .digest("hex");
      this.#login({ AuthType: "MD5", Key: key });
    } else {
      this.#phase = "ready";
      this.#cancelDeadline();
      this.#handlers.loggedIn();
    }
  }

  #closedBecause(cause: Error | undefined): AmiError {
    const options = { retryable: true, ...(cause === undefined ? {} : { cause }) };
    const why = cause === undefined ? "the other side closed the connection" : cause.message;
    if (this.#phase === "ready")
      return new AmiLinkLostError("AMI_LINK_LOST", `Lost the link to ${this.#place()}: ${why}`, options);
    return new AmiConnectError("AMI_CONNECT_FAILED", `Could not log in to ${this.#place()}: ${why}`, options);
  }

  #place(): string {
    const { host, port } = this.#options;
    return `${host.includes(":") ? `[${host}]` : host}:${port ?? (this.#options.tls ? 5039 : 5038)}`;
  }
}
