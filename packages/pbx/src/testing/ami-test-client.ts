import { connect, type Socket } from "node:net";
import { AmiDecoder, type AmiMessage } from "@cordboard/ami";

/** The plainest AMI client: sends lines, keeps all messages. */
export class AmiTestClient {
  readonly socket: Socket;
  readonly messages: AmiMessage[] = [];
  readonly closed: Promise<void>;
  #waiting: (() => void)[] = [];
  #count = 0;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    const decoder = new AmiDecoder();
    this.socket.on("data", (bytes: Buffer) => {
      decoder.push(bytes, (message) => this.messages.push(message));
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  /** Waits until a message meets the condition. */
  async until(condition: (message: AmiMessage) => boolean): Promise<AmiMessage> {
    for (;;) {
      const found = this.messages.find(condition);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Sends an action; gives its response. */
  async action(name: string, headers: Readonly<Record<string, string>> = {}): Promise<AmiMessage> {
    const id = `test-${this.#count++}`;
    const lines = Object.entries({ Action: name, ActionID: id, ...headers }).map(
      ([key, value]) => `${key}: ${value}\r\n`,
    );
    this.socket.write(`${lines.join("")}\r\n`);
    return this.until((message) => message.kind === "response" && message.get("ActionID") === id);
  }

  /** Sends a list action; gives its items. */
  async list(name: string, headers: Readonly<Record<string, string>> = {}): Promise<AmiMessage[]> {
    const response = await this.action(name, headers);
    const id = response.get("ActionID");
    if (response.get("EventList") !== "start") return [];
    await this.until((message) => message.get("ActionID") === id && message.get("EventList") === "Complete");
    return this.messages.filter(
      (message) => message.kind === "event" && message.get("ActionID") === id && message.get("EventList") === undefined,
    );
  }

  async login(username = "replay", secret = "replay", headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const response = await this.action("Login", { Username: username, Secret: secret, ...headers });
    if (response.name !== "Success") throw new Error(response.get("Message"));
  }

  /** Unsolicited events so far; all that were sent before, for the Ping's reply comes after them. */
  async events(): Promise<AmiMessage[]> {
    await this.action("Ping");
    return this.messages.filter((message) => message.kind === "event" && message.get("ActionID") === undefined);
  }
}
