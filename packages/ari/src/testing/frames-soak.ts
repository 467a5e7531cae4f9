import { AriError } from "../errors.ts";
import { FrameDecoder } from "../websocket-frames.ts";

/** How long, from which seed, and whom to tell. */
export interface SoakOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly report: (line: string) => void;
}

/** Marsaglia's xorshift32: repeatable chance, 0 ≤ n < 1. */
export function chance(seed: number): () => number {
  let state = seed === 0 ? 1 : seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

const LIMIT = 4_096;

/** A server's stream of good frames. */
function goodStream(random: () => number): Buffer {
  const frames = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
    const length = Math.floor(random() * (random() < 0.8 ? 125 : 1_000));
    const kind = random();
    if (kind < 0.1 && length < 126)
      return Buffer.concat([Buffer.from([kind < 0.05 ? 0x89 : 0x8a, length]), Buffer.alloc(length)]);
    const payload = Buffer.alloc(length, '{"type":"größe"}');
    const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 255];
    return Buffer.concat([Buffer.from(head), payload]);
  });
  return Buffer.concat(frames);
}

function mutated(stream: Buffer, random: () => number): Buffer {
  const bytes = Buffer.from(stream);
  for (let n = Math.floor(random() * 4); n > 0; n--)
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return random() < 0.2 ? bytes.subarray(Math.floor(random() * bytes.length)) : bytes;
}

/** What a decoder makes of a stream that is cut at random places: the texts, then the error's code if there is one. */
function decode(stream: Buffer, cut: () => number): string[] {
  const found: string[] = [];
  const sink = {
    text: (text: string): void => void found.push(text),
    ping: (): void => void found.push("ping"),
    pong: (): void => void found.push("pong"),
    close: (code: number): void => void found.push(`close ${code}`),
  };
  const decoder = new FrameDecoder(sink, LIMIT);
  try {
    for (let at = 0; at < stream.length;) {
      const size = Math.max(1, cut());
      decoder.push(stream.subarray(at, at + size));
      at += size;
    }
  } catch (error) {
    if (!(error instanceof AriError)) throw error;
    found.push(error.code);
  }
  return found;
}

/**
 * Random and mutated byte streams into the frame decoder: nothing but typed errors, and the same result however the
 * stream is cut.
 * @throws {Error} with the round, when that does not hold.
 */
export function framesSoak({ rounds, seed, report }: SoakOptions): void {
  const random = chance(seed);
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const kind = random();
    const stream =
      kind < 0.3
        ? Buffer.from(Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)))
        : mutated(goodStream(random), random);
    const whole = decode(stream, () => stream.length);
    const pieces = decode(stream, () => Math.floor(random() * 40));
    if (whole.join("\n") !== pieces.join("\n"))
      throw new Error(`round ${round}: the stream in pieces gives something else: ${stream.toString("hex")}`);
    if (whole.at(-1) === "ARI_PROTOCOL") refused++;
    if (round % 250_000 === 249_999) report(`${round + 1} streams, ${refused} of them refused`);
  }
}
