import { createServer, type Server, type Socket } from "node:net";
import { ActionReader, type ReceivedAction } from "../replay/action-reader.ts";
import { success } from "../replay/ami-replies.ts";

/** An AMI port whose answers a test writes itself; what `answer` leaves undefined gets no reply. */
export class ScriptedAmi {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly asked: string[] = [];
  /** Sees every action before it is answered. */
  onAction: (action: ReceivedAction) => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (action: ReceivedAction) => string | undefined, port = 0): Promise<ScriptedAmi> {
    const server = createServer();
    const ami = new ScriptedAmi(server);
    server.on("connection", (socket) => {
      ami.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.write("Asterisk Call Manager/11.0.0\r\n");
      const reader = new ActionReader();
      socket.on("data", (bytes) => {
        for (const action of reader.push(bytes)) {
          const name = action.get("Action");
          ami.asked.push(name);
          ami.onAction(action);
          const reply =
            name === "Login" || name === "Ping"
              ? success(action, [["Message", "Authentication accepted"]])
              : answer(action);
          if (reply !== undefined) socket.write(reply);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
    return ami;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** To all that are connected. */
  send(text: string): void {
    for (const socket of this.#sockets) socket.write(text);
  }

  /** Cuts all that are connected; whoever comes again is served. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
