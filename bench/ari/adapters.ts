import { createRequire } from "node:module";
import { join } from "node:path";

/** One library behind the three things that are measured. Nothing is loaded before `connect`. */
export interface Adapter {
  /** Resolves when events flow; `listener` is called for each wanted one. */
  connect(port: number, wanted: readonly string[], listener: (event: unknown) => void): Promise<void>;
  /** `GET /channels/{id}`. */
  request(id: string): Promise<unknown>;
}

const peers = createRequire(join(import.meta.dirname, "../peers/package.json"));
const user = { username: "bench", password: "bench-secret" };

interface NodeAriClient {
  on(type: string, listener: (event: unknown) => void): void;
  start(app: string): Promise<void>;
  channels: { get(params: { channelId: string }): Promise<unknown> };
}

interface IpcomClient {
  connectWebSocket(apps: string[]): Promise<void>;
  on(type: string, listener: (event: unknown) => void): void;
  channels: { baseClient?: { get(path: string): Promise<unknown> } };
}

function ours(rest: "http" | "websocket"): Adapter {
  let client: import("@cordboard/ari").AriClient | undefined;
  return {
    async connect(port, wanted, listener) {
      const { AriClient } = (await import(
        process.env["CORDBOARD_ARI_BUNDLE"] ?? "@cordboard/ari"
      )) as typeof import("@cordboard/ari");
      client = new AriClient({ url: `http://127.0.0.1:${port}/ari`, ...user, apps: "bench", rest });
      for (const type of wanted) client.on(type, listener);
      await client.connect();
      const proven = (): boolean => client?.restTransport === rest;
      while (!proven()) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    request: (id) => client?.channels.get({ channelId: id }) ?? Promise.reject(new Error("not connected")),
  };
}

export const adapters: Readonly<Record<string, () => Adapter>> = {
  "ari-client 2.2.0": () => {
    let client: NodeAriClient | undefined;
    return {
      async connect(port, wanted, listener) {
        const library = peers("ari-client") as {
          connect(url: string, user: string, password: string): Promise<NodeAriClient>;
        };
        const made = await library.connect(`http://127.0.0.1:${port}`, user.username, user.password);
        client = made;
        for (const type of wanted) made.on(type, listener);
        const open = new Promise((resolve) => made.on("WebSocketConnected", resolve));
        await made.start("bench");
        await open;
      },
      request: (id) => client?.channels.get({ channelId: id }) ?? Promise.reject(new Error("not connected")),
    };
  },
  "@ipcom/asterisk-ari 1.0.0": () => {
    let client: IpcomClient | undefined;
    return {
      async connect(port, wanted, listener) {
        const library = peers("@ipcom/asterisk-ari") as { AriClient: new (options: object) => IpcomClient };
        client = new library.AriClient({ host: "127.0.0.1", port, ...user });
        await client.connectWebSocket(["bench"]);
        for (const type of wanted) client.on(type, listener);
      },
      // Its own calls put a channel instance around the same request; this is the request alone.
      request: (id) =>
        client?.channels.baseClient?.get(`/channels/${id}`) ?? Promise.reject(new Error("not connected")),
    };
  },
  cordboard: () => ours("http"),
  "cordboard, REST over WebSocket": () => ours("websocket"),
};
