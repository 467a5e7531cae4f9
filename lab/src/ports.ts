import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { LabInstanceError } from "./errors.ts";

/** The ports of one Asterisk, all on 127.0.0.1. */
export interface LabPorts {
  /** AMI (TCP). */
  readonly ami: number;
  /** AMI over TLS (TCP). */
  readonly amiTls: number;
  /** ARI and its WebSocket (TCP). */
  readonly http: number;
  /** The same over TLS (TCP). */
  readonly https: number;
  /** SIP of chan_pjsip (UDP). */
  readonly sip: number;
  /** SIP of chan_sip (UDP); Asterisk 16 only, reserved on 22 too. */
  readonly chanSip: number;
  /** The answering side of load tests (UDP), on an address of its own. */
  readonly load: number;
  /** First and last port for RTP (UDP). */
  readonly rtpStart: number;
  readonly rtpEnd: number;
}

/** Ports that are asked for by number; the others are chosen. */
export type WantedPorts = Partial<Omit<LabPorts, "load" | "rtpStart" | "rtpEnd">>;

/** The numbers everybody knows, taken by `up` where they are free. */
export const wellKnownPorts: Required<WantedPorts> = {
  ami: 5038,
  amiTls: 5039,
  http: 8088,
  https: 8089,
  sip: 5060,
  chanSip: 5062,
};

/** Blocks lie below the range from which the kernel gives ports to others (32768 and up by default, ip(7)). */
const firstPort = 12_000;
const blockSize = 500;
const blockCount = 40;

const tcp = new Set(["ami", "amiTls", "http", "https"]);

/**
 * Chooses ports that are free on 127.0.0.1 and that no other Asterisk of the lab has been given.
 *
 * Call it while holding the lock on the instances' folder, and write the answer down before letting go.
 *
 * @param wanted ports that must be exactly these
 * @param preferred ports to take where they are free
 * @param taken what the other instances have
 * @param firstBlock where to begin to look, so that labs with different folders rarely meet; 0 unless told
 * @throws LabInstanceError `LAB_PORT_TAKEN`
 */
export async function choosePorts(
  wanted: WantedPorts,
  preferred: WantedPorts,
  taken: readonly LabPorts[],
  firstBlock = 0,
): Promise<LabPorts> {
  const used = new Set(taken.flatMap(({ rtpStart, rtpEnd: _end, ...single }) => [rtpStart, ...Object.values(single)]));
  for (const [kind, port] of Object.entries(wanted)) {
    if (used.has(port) || !(await isFree(port, kind))) {
      throw new LabInstanceError("LAB_PORT_TAKEN", `Port ${port} (${kind}) on 127.0.0.1 is in use: give another one.`);
    }
  }
  for (let tried = 0; tried < blockCount; tried++) {
    const base = firstPort + ((firstBlock + tried) % blockCount) * blockSize;
    const rtpStart = base + 10;
    if (used.has(rtpStart)) continue;
    const chosen = {
      ami: base,
      amiTls: base + 1,
      http: base + 2,
      https: base + 3,
      sip: base + 4,
      chanSip: base + 5,
      load: base + 6,
    };
    for (const [kind, port] of Object.entries(preferred)) {
      if (!used.has(port) && (await isFree(port, kind))) Object.assign(chosen, { [kind]: port });
    }
    Object.assign(chosen, wanted);
    const free = await Promise.all(Object.entries(chosen).map(([kind, port]) => isFree(port, kind)));
    if (free.every(Boolean)) return { ...chosen, rtpStart, rtpEnd: base + blockSize - 1 };
  }
  throw new LabInstanceError(
    "LAB_PORT_TAKEN",
    "No free block of ports between 12000 and 32000: run `npm run lab -- down --all`.",
  );
}

function isFree(port: number, kind: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (tcp.has(kind)) {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    } else {
      const socket = createSocket("udp4");
      socket.once("error", () => {
        socket.close();
        resolve(false);
      });
      socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
    }
  });
}
