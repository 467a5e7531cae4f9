import { connect, type Socket } from "node:net";
import { randomBytes } from "node:crypto";
import { nowMicros, stampAt, stampDigits, stampMark } from "./stamp.ts";

// Many WebSocket clients in one process, as cheap as can be: frames are counted, not parsed, and stamps looked for in their bytes. Told by the
// parent what to open; answers with what they got.

/** What the parent wants. */
export type ClientsAsked =
  | { readonly open: readonly string[]; readonly port: number; readonly token: string; readonly slow: boolean }
  | "begin"
  | "report";

/** What they got since `begin`. */
export interface ClientsTold {
  readonly clients: number;
  readonly messages: number;
  readonly bytes: number;
  /** Microseconds from the write of a burst to the read of the first message that names who it is about; one each client and name. */
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Streams that the server ended. */
  readonly ended: number;
}

/** Opcode of a ping, and a masked pong without data (RFC 6455, section 5.5). */
const ping = 9;
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

const latencies: number[] = [];
let [messages, bytes, ended, isMeasuring] = [0, 0, 0, false];
const sockets: Socket[] = [];

/** One client: knows only where the next frame begins, and the newest stamp it has seen. */
class Client {
  readonly #socket: Socket;
  #newest = 0;
  #toNextFrame = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  take(chunk: Buffer): void {
    const at = nowMicros();
    if (isMeasuring) bytes += chunk.length;
    // A few bytes from before, so that no frame's head and no stamp is cut in two.
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const parsed = this.#countFrames(data);
    this.#look(data, at);
    this.#rest = data.subarray(Math.max(0, Math.min(data.length - stampDigits - 1, parsed)));
    this.#toNextFrame -= data.length - this.#rest.length;
  }

  /** Returns where it could not read on. */
  #countFrames(data: Buffer): number {
    let start = this.#toNextFrame;
    while (start + 10 <= data.length) {
      const short = (data[start + 1] ?? 0) & 0x7f;
      const [head, length] =
        short < 126
          ? [2, short]
          : short === 126
            ? [4, data.readUInt16BE(start + 2)]
            : [10, data.readUInt32BE(start + 6)];
      if (((data[start] ?? 0) & 0x0f) === ping) this.#socket.write(pong);
      start += head + length;
      if (isMeasuring) messages++;
    }
    this.#toNextFrame = start;
    return start;
  }

  #look(data: Buffer, at: number): void {
    for (let found = data.indexOf(stampMark); found !== -1; found = data.indexOf(stampMark, found + stampDigits)) {
      const stamp = stampAt(data, found + stampMark.length);
      // Bursts come in the order in which they were written: an older one has been seen.
      if (Number.isNaN(stamp) || stamp <= this.#newest) continue;
      this.#newest = stamp;
      if (isMeasuring) latencies.push(at - stamp);
    }
  }
}

function open(path: string, port: number, token: string, slow: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, "127.0.0.1", () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
      );
    });
    const client = new Client(socket);
    sockets.push(socket);
    let head = Buffer.alloc(0);
    const onHead = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) return;
      if (!head.toString("latin1").startsWith("HTTP/1.1 101")) {
        reject(new Error(head.toString("latin1").slice(0, 500)));
        return;
      }
      socket.off("data", onHead);
      resolve();
      if (slow) socket.pause();
      else {
        socket.on("data", (bytes: Buffer) => client.take(bytes));
        const first = head.subarray(end + 4);
        if (first.length > 0) client.take(first);
      }
    };
    socket.on("data", onHead);
    socket.on("error", reject);
    socket.on("close", () => void ended++);
  });
}

function report(): ClientsTold {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    clients: sockets.length,
    messages,
    bytes,
    samples: sorted.length,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    ended,
  };
}

async function obey(asked: ClientsAsked): Promise<void> {
  if (asked === "begin") {
    [messages, bytes, ended, isMeasuring] = [0, 0, 0, true];
    latencies.length = 0;
  } else if (asked === "report") process.send?.(report());
  else {
    for (const path of asked.open) await open(path, asked.port, asked.token, asked.slow);
    process.send?.({ opened: asked.open.length });
  }
}

process.on("message", (asked: ClientsAsked) => {
  obey(asked).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
