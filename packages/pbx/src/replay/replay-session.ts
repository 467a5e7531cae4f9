import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { ActionReader, type ReceivedAction } from "./action-reader.ts";
import { messageText } from "./channel-lines.ts";
import { allClasses, parseMask } from "./event-mask.ts";
import { failure, success } from "./ami-replies.ts";
import { answerTo } from "./replay-answers.ts";
import type { ReplayState } from "./replay-state.ts";
import type { ReplayClock } from "../clock.ts";
import type { ReplayMessage } from "./replay-message.ts";
import type { ReplayUser } from "./replay-options.ts";

/** Asterisk's `authtimeout`. */
const loginTimeoutMs = 30_000;
/** How long Asterisk sleeps before it refuses a login (main/manager.c). */
const refusalDelayMs = 1_000;
/** How long the last words may take to be sent. */
const partingMs = 1_000;

export interface ReplaySessionOptions {
  readonly socket: Socket;
  readonly state: ReplayState;
  readonly clock: ReplayClock;
  readonly users: readonly ReplayUser[];
  readonly maxUnsentBytes: number;
  /** The digits of an MD5 challenge. */
  challenge(): string;
  onLogin(username: string): void;
  onEnd(username: string | undefined): void;
}

/** One client of a replay: login, event mask, actions, and the cut when it does not read. */
export class ReplaySession {
  readonly #options: ReplaySessionOptions;
  readonly #reader = new ActionReader();
  #user: ReplayUser | undefined;
  #mask: ReadonlySet<string> = new Set();
  #challenge: string | undefined;
  #cancelTimer: () => void;
  #leaving = false;

  constructor(options: ReplaySessionOptions) {
    this.#options = options;
    const { socket, state, clock } = options;
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      for (const action of this.#reader.push(bytes)) if (!this.#leaving && !socket.destroyed) this.#receive(action);
    });
    socket.on("close", () => {
      this.#cancelTimer();
      options.onEnd(this.#user?.username);
    });
    this.#cancelTimer = clock.schedule(loginTimeoutMs, () => socket.destroy());
    this.#write(`Asterisk Call Manager/${state.amiVersion}\r\n`);
  }

  /** Sends an event, if the session is logged in and wants and may read all of its classes. */
  tell(event: ReplayMessage, bytes: Uint8Array): void {
    if (this.#user !== undefined && !this.#leaving && event.classes.every((name) => this.#mask.has(name)))
      this.#write(bytes);
  }

  /** Ends the session at once. */
  close(): void {
    this.#options.socket.destroy();
  }

  #receive(action: ReceivedAction): void {
    const name = action.get("Action").toLowerCase();
    if (action.refusal !== undefined) this.#write(failure(action, action.refusal));
    else if (name === "") this.#write(failure(action, "Missing action in request"));
    else if (name === "login") this.#login(action);
    else if (name === "challenge") this.#sendChallenge(action);
    else if (name === "logoff") this.#logoff(action);
    else if (this.#user === undefined) this.#write(failure(action, "Permission denied"));
    else if (name === "events") this.#events(action);
    else if (name === "ping") this.#ping(action);
    else this.#write(answerTo(action, new Set(this.#user.write ?? allClasses), this.#options.state));
  }

  #login(action: ReceivedAction): void {
    if (this.#user !== undefined) {
      this.#write(success(action, [["Message", "Already authenticated"]]));
      return;
    }
    const user = this.#options.users.find((one) => one.username === action.get("Username"));
    if (user === undefined || !this.#proves(action, user)) {
      this.#leaving = true;
      this.#cancelTimer();
      this.#cancelTimer = this.#options.clock.schedule(refusalDelayMs, () =>
        this.#part(failure(action, "Authentication failed")),
      );
      return;
    }
    this.#cancelTimer();
    this.#user = user;
    const events = action.get("Events");
    this.#setMask(events === "" ? "on" : events);
    this.#write(success(action, [["Message", "Authentication accepted"]]));
    if (this.#mask.has("system")) this.#write(this.#fullyBooted());
    this.#options.onLogin(user.username);
  }

  #proves(action: ReceivedAction, user: ReplayUser): boolean {
    if (action.get("AuthType").toLowerCase() !== "md5") return action.get("Secret") === user.secret;
    if (this.#challenge === undefined) return false;
    const key = createHash("md5")
      .update(this.#challenge + user.secret)
      .digest("hex");
    return key === action.get("Key").toLowerCase();
  }

  #sendChallenge(action: ReceivedAction): void {
    if (action.get("AuthType").toLowerCase() !== "md5") {
      this.#write(failure(action, "Must specify AuthType"));
      return;
    }
    this.#challenge ??= this.#options.challenge();
    this.#write(success(action, [["Challenge", this.#challenge]]));
  }

  #logoff(action: ReceivedAction): void {
    const id = action.get("ActionID");
    this.#leaving = true;
    this.#part(
      messageText([
        ["Response", "Goodbye"],
        ...(id === "" ? [] : ([["ActionID", id]] as const)),
        ["Message", "Thanks for all the fish."],
      ]),
    );
  }

  #events(action: ReceivedAction): void {
    const mask = action.get("EventMask");
    if (mask === "") {
      this.#write(failure(action, "Invalid event mask"));
      return;
    }
    this.#setMask(mask);
    this.#write(success(action, [["Events", this.#mask.size > 0 ? "On" : "Off"]]));
  }

  #setMask(mask: string): void {
    const readable = new Set(this.#user?.read ?? allClasses);
    this.#mask = new Set([...parseMask(mask)].filter((name) => readable.has(name)));
  }

  #ping(action: ReceivedAction): void {
    this.#write(
      success(action, [
        ["Ping", "Pong"],
        ["Timestamp", (this.#options.clock.now() / 1000).toFixed(6)],
      ]),
    );
  }

  #fullyBooted(): string {
    const { state, clock } = this.#options;
    const uptime = Math.floor((clock.now() - state.startedAt) / 1000);
    return messageText([
      ["Event", "FullyBooted"],
      ["Privilege", "system,all"],
      ["SystemName", state.systemName],
      ["Uptime", uptime],
      ["LastReload", uptime],
      ["Status", "Fully Booted"],
    ]);
  }

  #part(text: string): void {
    const { socket, clock } = this.#options;
    socket.end(text);
    // Not left to the client, who may never hang up.
    socket.destroySoon();
    this.#cancelTimer();
    this.#cancelTimer = clock.schedule(partingMs, () => socket.destroy());
  }

  #write(data: string | Uint8Array): void {
    const { socket, maxUnsentBytes } = this.#options;
    if (socket.destroyed || !socket.writable) return;
    socket.write(data);
    // Asterisk cuts a reader that lags, unannounced and in mid-event.
    if (socket.writableLength > maxUnsentBytes) socket.destroy();
  }
}
