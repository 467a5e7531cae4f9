import { createRequire } from "node:module";

// One adapter for each library: how its own documentation says to connect, to listen to all events, and to run a command.

/** What an event is to its library; the benchmark looks at its name and, in the probes, at its JSON. */
export type OnEvent = (name: string, event: unknown) => void;

export interface Adapter {
  connect(port: number, onEvent: OnEvent): Promise<void>;
  /** Runs the command whose reply is long; resolves with what the library gives for it. */
  command(): Promise<unknown>;
}

type Callback = (...values: never[]) => void;
type Loose = Record<string, (...values: unknown[]) => unknown> & { on(name: string, listener: Callback): void };
type Constructor = new (...values: unknown[]) => Loose;

const fromPeers = createRequire(new URL("../peers/package.json", import.meta.url));
const host = "127.0.0.1";
const field = (event: unknown, name: string): string => String((event as Record<string, unknown>)[name]);
/** Calls a method that takes a callback last, with the library's own `this`. */
const called = (target: Loose, method: string, ...values: unknown[]): Promise<unknown> =>
  new Promise((resolve) => target[method]?.(...values, (...results: unknown[]) => resolve(results)));

function asteriskManager(): Adapter {
  let ami: Loose;
  return {
    connect: (port, onEvent) =>
      new Promise((resolve) => {
        const Manager = fromPeers("asterisk-manager") as Constructor;
        ami = new Manager(port, host, "bench", "secret", true);
        ami.on("managerevent", (event: never) => onEvent(field(event, "event"), event));
        ami.on("connect", () => setTimeout(resolve, 300));
      }),
    command: () => called(ami, "action", { action: "command", command: "long" }),
  };
}

function asteriskAmiClient(): Adapter {
  let client: Loose;
  return {
    async connect(port, onEvent) {
      const Client = fromPeers("asterisk-ami-client") as Constructor;
      client = new Client();
      await client["connect"]?.("bench", "secret", { host, port });
      client.on("event", (event: never) => onEvent(field(event, "Event"), event));
    },
    command: async () => await client["action"]?.({ Action: "Command", Command: "long" }, true),
  };
}

function yana(): Adapter {
  let ami: Loose;
  return {
    connect: (port, onEvent) =>
      new Promise((resolve) => {
        const Yana = fromPeers("yana") as Constructor;
        ami = new Yana({ host, port, login: "bench", password: "secret", events: true });
        ami.on("event", (event: never) => onEvent(field(event, "Event"), event));
        ami["connect"]?.(() => resolve());
      }),
    command: () => called(ami, "send", { Action: "Command", Command: "long" }),
  };
}

function amiIo(): Adapter {
  let client: Loose;
  const library = fromPeers("ami-io") as {
    Client: Constructor;
    SilentLogger: Constructor;
    Action: { Command: Constructor };
  };
  return {
    connect: (port, onEvent) =>
      new Promise((resolve) => {
        const logger = new library.SilentLogger();
        client = new library.Client({
          host,
          port,
          login: "bench",
          password: "secret",
          logger,
        });
        client.on("event", (event: never) => onEvent(field(event, "event"), event));
        client.on("connected", () => resolve());
        client["connect"]?.(true);
      }),
    command: () => {
      return called(client, "send", Object.assign(new library.Action.Command(), { Command: "long" }));
    },
  };
}

function asteriskIo(): Adapter {
  let ami: Loose;
  return {
    connect: (port, onEvent) =>
      new Promise((resolve) => {
        const library = fromPeers("asterisk.io") as { ami(...values: unknown[]): Loose };
        ami = library.ami(host, port, "bench", "secret");
        ami.on("eventAny", (event: never) => onEvent(field(event, "Event"), event));
        ami.on("ready", () => resolve());
        ami.on("error", () => {});
      }),
    command: () => called(ami, "action", "Command", { Command: "long" }),
  };
}

const threeTypes = ["Newchannel", "DialBegin", "Hangup"] as const;

/** What a program that follows calls reads of an event. */
const fourHeaders = ["Channel", "CallerIDNum", "Uniqueid", "Linkedid"] as const;

/** Ours from its build, as users get it: all events with every header read, or the `wanted` ones with four headers read. */
function cordboard(wanted?: readonly string[]): Adapter {
  let command: () => Promise<unknown> = () => Promise.reject(new Error("not connected"));
  return {
    async connect(port, onEvent) {
      const { AmiClient } = await import("../../packages/ami/dist/index.js");
      const client = new AmiClient({ host, port, username: "bench", secret: "secret" });
      let characters = 0;
      client.onEvent(wanted === undefined ? "*" : [...wanted, "BenchEnd"], (event) => {
        if (wanted === undefined) event.forEach((_name, value) => (characters += value.length));
        else for (const header of fourHeaders) characters += event.get(header)?.length ?? 0;
        onEvent(event.name, event);
      });
      command = () => client.command("long");
      await client.connect();
    },
    command: () => command(),
  };
}

/** By the name that the table shows. */
export const adapters: Readonly<Record<string, () => Adapter>> = {
  "asterisk-manager 0.2.0": asteriskManager,
  "asterisk-ami-client 1.1.5": asteriskAmiClient,
  "yana 0.3.0": yana,
  "ami-io 1.2.1": amiIo,
  "asterisk.io 0.1.1": asteriskIo,
  "cordboard, every header read": () => cordboard(),
  "cordboard, 3 of the 5 types wanted": () => cordboard(threeTypes),
  "cordboard, 3 of 20 types wanted": () => cordboard(threeTypes),
};
