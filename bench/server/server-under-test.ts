import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const program = join(import.meta.dirname, "../../packages/server/bin/cordboard.js");

/** `cordboard start`, in a process and a folder of its own. */
export class ServerUnderTest implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #output = "";

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  /** Starts one for the PBX `bench` at that AMI address, with these options of Node: `--cpu-prof`, `--trace-gc`… */
  static async start(ami: string, nodeOptions: readonly string[] = []): Promise<ServerUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), "cordboard-bench-"));
    const server = new ServerUnderTest(folder, await freePort());
    const config = {
      pbxs: [{ id: "bench", ami }],
      http: { port: server.port, requestsPerMinute: 100_000 },
      storage: { folder: join(folder, "data") },
    };
    // JSON is YAML.
    writeFileSync(server.#config, JSON.stringify(config), { mode: 0o600 });
    const child = server.#run(nodeOptions, ["start", "--config", server.#config]);
    server.#child = child;
    const keep = (bytes: Buffer): void => void (server.#output = (server.#output + bytes.toString()).slice(-50_000));
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    await server.#until(() => fetch(`http://127.0.0.1:${server.port}/healthz`).then(({ ok }) => ok));
    return server;
  }

  get #config(): string {
    return join(this.#folder, "cordboard.yaml");
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** What it said last. */
  get output(): string {
    return this.#output;
  }

  /** The secret of a new token that may read everything. */
  async token(): Promise<string> {
    const child = this.#run([], ["token", "create", "--config", this.#config, "--name", "bench", "--json"]);
    let [stdout, stderr] = ["", ""];
    child.stdout?.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr?.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    await once(child, "close");
    if (child.exitCode !== 0) throw new Error(`No token: ${stderr}`);
    return (JSON.parse(stdout) as { secret: string }).secret;
  }

  /** Resolves when it knows the PBX and the names of all its extensions. */
  async untilUp(token: string): Promise<void> {
    const get = async <T>(path: string): Promise<T> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await (await fetch(`http://127.0.0.1:${this.port}/api/v1${path}`, { headers })).json()) as T;
    };
    await this.#until(async () => (await get<{ state: string }>("/pbxs/bench")).state === "up");
    await this.#until(async () => {
      const { items } = await get<{ items: { name?: string }[] }>("/extensions");
      return items.length > 0 && items.every(({ name }) => name !== undefined);
    });
  }

  /** A number out of `/metrics`; NaN if it is not there. */
  async metric(name: string, token: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.port}/metrics`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const value = new RegExp(`^${name} (.*)$`, "mu").exec(await response.text())?.[1];
    return Number(value ?? Number.NaN);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #until(condition: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
      if (this.#child?.exitCode !== null) break;
      if (await condition().catch(() => false)) return;
    }
    throw new Error(`The server did not come up:\n${this.#output}`);
  }

  #run(nodeOptions: readonly string[], args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [...nodeOptions, program, ...args], {
      cwd: this.#folder,
      env: { PATH: process.env["PATH"], HOME: this.#folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
