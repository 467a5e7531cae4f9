import { lookup } from "node:dns/promises";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";

/** What to reach. */
export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  /** TLS with these options; without, plain TCP. */
  readonly tls?: ConnectionOptions | undefined;
  /** Read the line the server sends by itself. */
  readonly greeting?: boolean;
  /** Milliseconds for each step. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How far it went. `failure.stage` is the first step that did not work. */
export interface ProbeResult {
  readonly address?: string;
  /** `TLSv1.3` */
  readonly tlsVersion?: string;
  readonly greeting?: string;
  readonly failure?: {
    readonly stage: "dns" | "tcp" | "tls" | "greeting";
    readonly code: string;
    readonly message: string;
  };
}

const MAX_GREETING = 256;

/** Resolves a name, opens a connection, secures it, reads the greeting; says which of these fails first. */
export async function probeNetwork(target: ProbeTarget): Promise<ProbeResult> {
  let address: string;
  try {
    ({ address } = await lookup(target.host));
  } catch (error) {
    return failed("dns", error);
  }
  let socket: Socket | undefined;
  try {
    socket = await opened(connectTcp({ host: address, port: target.port }), "connect", target);
  } catch (error) {
    return { address, ...failed("tcp", error) };
  }
  try {
    let tlsVersion: { tlsVersion: string } | undefined;
    if (target.tls !== undefined) {
      try {
        const isName = !/^[\d.:]+$/.test(target.host);
        const secured = connectTls({
          ...(isName ? { servername: target.host } : {}),
          ...target.tls,
          host: target.host,
          socket,
        });
        await opened<TLSSocket>(secured, "secureConnect", target);
        tlsVersion = { tlsVersion: secured.getProtocol() ?? "TLS" };
        socket = secured;
      } catch (error) {
        return { address, ...failed("tls", error) };
      }
    }
    if (target.greeting !== true) return { address, ...tlsVersion };
    try {
      return { address, ...tlsVersion, greeting: await firstLine(socket, target) };
    } catch (error) {
      return { address, ...tlsVersion, ...failed("greeting", error) };
    }
  } finally {
    socket.destroy();
  }
}

function failed(stage: "dns" | "tcp" | "tls" | "greeting", error: unknown): Pick<ProbeResult, "failure"> {
  const { code, message } = error as NodeJS.ErrnoException;
  return { failure: { stage, code: code ?? "UNKNOWN", message } };
}

async function opened<S extends Socket>(socket: S, event: string, target: ProbeTarget): Promise<S> {
  await settle(socket, target, (done, fail) => {
    socket.once(event, done);
    socket.once("error", fail);
    socket.once("close", () => fail(withCode("ECONNRESET", "the connection was closed")));
  });
  return socket;
}

async function firstLine(socket: Socket, target: ProbeTarget): Promise<string> {
  let text = "";
  await settle(socket, target, (done, fail) => {
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      if (text.includes("\n") || text.length > MAX_GREETING) done();
    });
    socket.once("error", fail);
    socket.once("close", () => fail(withCode("ECONNRESET", "the connection was closed without a greeting")));
  });
  return text.split(/\r?\n/)[0]?.slice(0, MAX_GREETING) ?? "";
}

async function settle(
  socket: Socket,
  target: ProbeTarget,
  begin: (done: () => void, fail: (error: Error) => void) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(withCode("ETIMEDOUT", `no answer within ${target.timeoutMs / 1000} s`)),
    target.timeoutMs,
  );
  const abort = (): void => reject(withCode("ABORT_ERR", "interrupted"));
  target.signal?.addEventListener("abort", abort, { once: true });
  try {
    begin(resolve, reject);
    await promise;
  } catch (error) {
    socket.on("error", () => {});
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    target.signal?.removeEventListener("abort", abort);
  }
}

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
