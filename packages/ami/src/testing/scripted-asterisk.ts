import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { createHash } from "node:crypto";
import { AmiDecoder } from "../decoder.ts";
import type { AmiMessage } from "../message.ts";

/** What a script does with one action; return text to send, or send by itself. */
export type ActionHandler = (action: AmiMessage, session: ScriptedSession) => string | undefined | void;

export interface ScriptedAsteriskOptions {
  /** The first line; default `Asterisk Call Manager/11.0.0`, `false` for none. */
  readonly greeting?: string | false;
  readonly username?: string;
  readonly secret?: string;
  /** Instead of the built-in answer to Login. */
  readonly login?: ActionHandler;
  /** By the action's name in lower case. Login, Challenge, Logoff and Ping are built in. */
  readonly actions?: Readonly<Record<string, ActionHandler>>;
  readonly tls?: TlsOptions;
}

/** The answer to an action, with its ActionID where Asterisk puts it. */
export function reply(action: AmiMessage, kind: string, lines: readonly string[] = []): string {
  const id = action.get("ActionID");
  return [`Response: ${kind}`, ...(id === undefined ? [] : [`ActionID: ${id}`]), ...lines, "", ""].join("\r\n");
}

/** An event's text. */
export function event(name: string, lines: readonly string[] = []): string {
  return [`Event: ${name}`, ...lines, "", ""].join("\r\n");
}

/** A whole list: response, items, closing event. */
export function list(action: AmiMessage, items: readonly string[], complete: string): string {
  const id = `ActionID: ${action.get("ActionID") ?? ""}`;
  const body = items.map((item, index) => event(item, [id, `Index: ${index}`])).join("");
  const end = event(complete, [id, "EventList: Complete", `ListItems: ${items.length}`]);
  return reply(action, "Success", ["EventList: start", "Message: List will follow"]) + body + end;
}

/** One client of the scripted peer. */
export class ScriptedSession {
  readonly socket: Socket;
  readonly actions: AmiMessage[] = [];
  readonly challenge = "172839405";
  readonly #decoder = new AmiDecoder({ greeting: false });

  constructor(socket: Socket, receive: (action: AmiMessage, session: ScriptedSession) => void) {
    this.socket = socket;
    socket.on("data", (bytes) =>
      this.#decoder.push(bytes, (action) => {
        this.actions.push(action);
        receive(action, this);
      }),
    );
    socket.on("error", () => socket.destroy());
  }

  send(text: string | Uint8Array): void {
    if (this.socket.writable) this.socket.write(text);
  }

  /** Sends piece by piece, each in a segment of its own. */
  async sendPieces(pieces: readonly (string | Uint8Array)[]): Promise<void> {
    for (const piece of pieces) {
      await new Promise<void>((resolve) => this.socket.write(piece, () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Cuts the line without a goodbye. */
  cut(): void {
    this.socket.resetAndDestroy();
  }

  /** Reads and answers nothing from now on, as a host that lost its power. */
  playDead(): void {
    this.socket.pause();
    this.send = () => {};
  }
}

/** A manager port on loopback that does what a test says; a development tool, no simulator of Asterisk. */
export class ScriptedAsterisk implements AsyncDisposable {
  readonly sessions: ScriptedSession[] = [];
  readonly #options: ScriptedAsteriskOptions;
  readonly #server: Server;
  #changed: (() => void)[] = [];
  #port = 0;

  private constructor(options: ScriptedAsteriskOptions) {
    this.#options = options;
    const accept = (socket: Socket): void => this.#accept(socket);
    this.#server = options.tls === undefined ? createServer(accept) : createTlsServer(options.tls, accept);
    this.#server.on("tlsClientError", () => {});
  }

  static async listen(options: ScriptedAsteriskOptions = {}): Promise<ScriptedAsterisk> {
    const peer = new ScriptedAsterisk(options);
    await peer.start();
    return peer;
  }

  get port(): number {
    return this.#port;
  }

  get last(): ScriptedSession {
    const session = this.sessions.at(-1);
    if (session === undefined) throw new Error("nobody has connected");
    return session;
  }

  /** Listens (again), on the same port as before. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts everybody off. */
  async stop(): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, "close") : undefined;
    this.#server.close();
    for (const session of this.sessions) session.socket.destroy();
    await closed;
  }

  /** Waits until it is so; looked at after each action and each connection. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #accept(socket: Socket): void {
    socket.setNoDelay(true);
    const session = new ScriptedSession(socket, (action) => this.#receive(action, session));
    this.sessions.push(session);
    const { greeting = "Asterisk Call Manager/11.0.0" } = this.#options;
    if (greeting !== false) session.send(`${greeting}\r\n`);
    this.#tell();
  }

  #receive(action: AmiMessage, session: ScriptedSession): void {
    const name = action.name.toLowerCase();
    const handler =
      name === "login" ? (this.#options.login ?? this.#login) : (this.#options.actions?.[name] ?? builtIn[name]);
    const text =
      handler === undefined ? reply(action, "Error", ["Message: Invalid/unknown command"]) : handler(action, session);
    if (typeof text === "string") session.send(text);
    if (name === "logoff") session.socket.end();
    this.#tell();
  }

  readonly #login: ActionHandler = (action, session) => {
    const { username = "admin", secret = "s3cret" } = this.#options;
    const key = createHash("md5")
      .update(session.challenge + secret)
      .digest("hex");
    const proven = action.get("Key") === undefined ? action.get("Secret") === secret : action.get("Key") === key;
    if (action.get("Username") === username && proven)
      return reply(action, "Success", ["Message: Authentication accepted"]);
    session.send(reply(action, "Error", ["Message: Authentication failed"]));
    session.socket.end();
    return undefined;
  };

  #tell(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const resolve of changed) resolve();
  }
}

const builtIn: Readonly<Record<string, ActionHandler>> = {
  challenge: (action, session) => reply(action, "Success", [`Challenge: ${session.challenge}`]),
  logoff: (action) => reply(action, "Goodbye", ["Message: Thanks for all the fish."]),
  ping: (action) => reply(action, "Success", ["Ping: Pong", "Timestamp: 1790000000.000000"]),
};
