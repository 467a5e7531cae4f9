import { Buffer } from "node:buffer";
import { waitFor, type LabAsterisk } from "@cordboard/lab";

/** A Stasis application that does only what a scenario tells it. */
export class AriApplication implements AsyncDisposable {
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #socket: WebSocket;
  readonly #arrivals: string[] = [];

  private constructor(base: string, headers: Record<string, string>, socket: WebSocket) {
    this.#base = base;
    this.#headers = headers;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const event = JSON.parse(String(data)) as { type: string; channel?: { id: string } };
      if (event.type === "StasisStart" && event.channel) this.#arrivals.push(event.channel.id);
    });
  }

  /** Registers the application. */
  static async start(lab: LabAsterisk, name: string): Promise<AriApplication> {
    const { user, secret } = lab.users.ari;
    const address = `127.0.0.1:${lab.ports.http}/ari`;
    const socket = new WebSocket(`ws://${address}/events?app=${name}&api_key=${user}:${secret}`);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
    return new AriApplication(`http://${address}`, { authorization }, socket);
  }

  /** Waits until so many channels have come, and names them. */
  async arrivals(count: number): Promise<readonly string[]> {
    await waitFor(() => this.#arrivals.length >= count, { what: `${count} channels in the application` });
    return this.#arrivals;
  }

  post(path: string): Promise<void> {
    return this.#send("POST", path);
  }

  delete(path: string): Promise<void> {
    return this.#send("DELETE", path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
  }

  async #send(method: string, path: string): Promise<void> {
    const response = await fetch(`${this.#base}/${path}`, { method, headers: this.#headers });
    if (!response.ok && response.status !== 404)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
