import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** An AMI port that answers by a script: what the login and each action get, and what it sends by itself. */
export class ScriptedAmi implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `ami://user:secret@127.0.0.1:${this.port}`;
  }

  /** `answer` gets an action's headers and returns the whole answer without its ActionID; undefined is a plain Success. */
  static async start(
    answer: (action: ReadonlyMap<string, string>) => string | undefined = () => undefined,
    greeting = "Asterisk Call Manager/11.0.0\r\n",
  ): Promise<ScriptedAmi> {
    const server = createServer();
    const scripted = new ScriptedAmi(server);
    server.on("connection", (socket) => {
      scripted.#sockets.add(socket);
      socket.on("close", () => scripted.#sockets.delete(socket));
      socket.on("error", () => {});
      socket.write(greeting);
      let text = "";
      socket.on("data", (bytes) => {
        text += bytes.toString();
        for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
          const action = new Map(
            text
              .slice(0, end)
              .split("\r\n")
              .map((line): [string, string] => {
                const colon = line.indexOf(":");
                return [line.slice(0, colon), line.slice(colon + 1).trim()];
              }),
          );
          text = text.slice(end + 4);
          const id = action.get("ActionID") ?? "";
          const reply = answer(action) ?? "Response: Success\r\nMessage: done\r\n\r\n";
          socket.write(
            reply.replaceAll(/^(Response|Event): (.*)$/gm, (line) => `${line.trimEnd()}\r\nActionID: ${id}`),
          );
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return scripted;
  }

  /** Sends bytes to whoever is connected. */
  say(text: string): void {
    for (const socket of this.#sockets) socket.write(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
