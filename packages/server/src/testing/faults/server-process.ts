import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "@cordboard/lab";
import type { Call, CallHistoryPage, CallRecord, Pbx } from "@cordboard/sdk";

const BIN = fileURLToPath(new URL("../../../bin/cordboard.js", import.meta.url));

/** Milliseconds within which a server has to be there. */
const startMs = 120_000;

/** `cordboard start` in a process of its own, with a folder of its own that it finds again after a kill. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  /** Secret of a token that may read everything. */
  token = "";
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #output = "";

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  /** Starts one for the PBX `lab` at that AMI address, and makes a token. */
  static async start(ami: string): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), "cordboard-faults-"));
    const server = new ServerProcess(folder, await freePort());
    const config = {
      pbxs: [{ id: "lab", ami }],
      http: { port: server.port, requestsPerMinute: 100_000 },
      storage: { folder: join(folder, "data") },
      log: { level: "warn" },
    };
    // JSON is YAML.
    await writeFile(server.#configFile, JSON.stringify(config), { mode: 0o600 });
    await server.start();
    server.token = await server.#createToken();
    return server;
  }

  get #configFile(): string {
    return join(this.#folder, "cordboard.yaml");
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts it again; resolves when it answers. @throws LabTimeoutError; Error with its last words when it ends */
  async start(): Promise<void> {
    this.#output = "";
    const child = this.#spawn(["start", "--config", this.#configFile]);
    this.#child = child;
    const keep = (bytes: Buffer): void => void (this.#output = (this.#output + bytes.toString()).slice(-5000));
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    await waitFor(
      async () => {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The server ended:\n${this.#output}`);
        return fetch(`http://127.0.0.1:${this.port}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      { timeoutMs: startMs, everyMs: 20, what: () => `the server to answer; it said:\n${this.#output}` },
    );
  }

  /** Ends it with SIGKILL: it gets no chance to do anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1${path}`, {
      headers: { authorization: `Bearer ${this.token}` },
    });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async calls(): Promise<readonly Call[]> {
    return (await this.get<{ items: Call[] }>("/calls")).items;
  }

  async isPbxUp(): Promise<boolean> {
    return (await this.get<Pbx>("/pbxs/lab")).state === "up";
  }

  /** The whole call history, newest first. */
  async history(): Promise<readonly CallRecord[]> {
    const records: CallRecord[] = [];
    for (let after: string | undefined = ""; after !== undefined;) {
      const page: CallHistoryPage = await this.get(
        `/call-history?limit=1000${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`,
      );
      records.push(...page.items);
      after = page.next;
    }
    return records;
  }

  /** How it is, for the message of a failure. */
  async condition(): Promise<string> {
    const { exitCode, signalCode } = this.#child ?? {};
    const pbx = await this.get("/pbxs/lab").then(
      (state) => JSON.stringify(state),
      (error: unknown) => String(error),
    );
    return `server: exit code ${exitCode}, signal ${signalCode}; its PBX: ${pbx}; it said last:\n${this.#output}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #createToken(): Promise<string> {
    const child = this.#spawn([
      "token",
      "create",
      "--config",
      this.#configFile,
      "--name",
      "faults",
      "--json",
      "--verb",
      "read",
      "--verb",
      "call-history",
    ]);
    let [stdout, stderr] = ["", ""];
    child.stdout?.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    await once(child, "close");
    if (child.exitCode !== 0) throw new Error(`No token: ${stderr}`);
    return (JSON.parse(stdout) as { secret: string }).secret;
  }

  #spawn(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [BIN, ...args], {
      cwd: this.#folder,
      env: { PATH: process.env["PATH"], HOME: this.#folder, TZ: "UTC" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

/** A port that is free now; the same server takes it again and again. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
