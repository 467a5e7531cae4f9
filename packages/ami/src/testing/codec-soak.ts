import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AmiDecoder, decodeAll } from "../decoder.ts";
import { AmiError } from "../errors.ts";
import { memoryInUse } from "./memory-watch.ts";
import { Random } from "./random.ts";
import { cutAt, decodePieces, seen } from "./splits.ts";

export interface CodecSoakOptions {
  /** How many byte streams. */
  readonly streams: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

const fixtures = join(import.meta.dirname, "../../fixtures");
const tokens = [
  ..."\r|\n|\r\n|\r\n\r\n|\n\n|\r\n\n|: |:| |Event: |Event:|Response: |Response: Follows\r\n|Action: |ActionID: ".split(
    "|",
  ),
  ..."--END COMMAND--|Output: |Asterisk Call Manager/11.0.0\r\n|ChanVariable(SIP/1-1): a=b|Hangup|x|\0|ü|🎉|\uFEFF|abcdefghijklmnopqrstuvwxyz".split(
    "|",
  ),
];
const tightLimits = { maxLineBytes: 80, maxHeaders: 8, maxMessageBytes: 300 };

/**
 * Random bytes, awkward bytes and mutated recordings into the codec: nothing is thrown but its typed errors, the
 * same stream in other pieces gives the same messages, and memory stays where it was.
 *
 * @throws an Error that names the stream's number and the seed, so that it can be repeated.
 */
export function codecSoak({ streams, seed, report = () => {} }: CodecSoakOptions): void {
  const random = new Random(seed);
  const recordings = readdirSync(fixtures)
    .filter((file) => file.endsWith(".ami.txt"))
    .map((file) => readFileSync(join(fixtures, file)));
  let messages = 0;
  let typedErrors = 0;
  const before = memoryInUse();
  for (let n = 0; n < streams; n++) {
    const bytes = random.pick([randomBytes, awkwardBytes, mutatedRecording])(random, recordings);
    try {
      messages += sameHoweverCut(bytes, random);
      if (n % 4 === 0) typedErrors += onlyTypedErrors(bytes);
    } catch (error) {
      throw new Error(`stream ${n} of seed ${seed} (${bytes.length} bytes)`, { cause: error });
    }
    if ((n + 1) % 100_000 === 0)
      report(
        `${n + 1} streams, ${messages} messages, ${typedErrors} typed errors, ${megabytes(memoryInUse() - before)} MB more`,
      );
  }
  if (messages === 0 || typedErrors === 0) throw new Error("the streams were too tame to show anything");
  const grown = memoryInUse() - before;
  if (grown > 20_000_000) throw new Error(`memory grew by ${megabytes(grown)} MB`);
  neverHoldsMoreThanItsLimit(random, streams);
  report(
    `${streams} streams, ${messages} messages, ${typedErrors} typed errors, ${megabytes(grown)} MB more at the end`,
  );
}

function sameHoweverCut(bytes: Uint8Array, random: Random): number {
  const greeting = random.fraction() < 0.5;
  const whole = decodeAll(bytes, { greeting });
  const isShort = bytes.length <= 48;
  const cuts = isShort ? bytes.length : 1 + random.below(8);
  const positions = Array.from({ length: cuts }, (_, index) => (isShort ? index : random.below(bytes.length + 1)));
  const pieces = decodePieces(cutAt(bytes, positions), { greeting });
  if (JSON.stringify(seen(whole)) !== JSON.stringify(seen(pieces)))
    throw new Error(`other messages when cut at ${positions.join(",")}`);
  return whole.length;
}

function onlyTypedErrors(bytes: Uint8Array): number {
  try {
    decodePieces([bytes], { limits: tightLimits, greeting: false });
  } catch (error) {
    if (error instanceof AmiError) return 1;
    throw error;
  }
  return 0;
}

function neverHoldsMoreThanItsLimit(random: Random, rounds: number): void {
  const decoder = new AmiDecoder({ greeting: false, limits: { maxMessageBytes: 100_000 } });
  try {
    for (let n = 0; n < Math.max(rounds, 1000); n++) {
      decoder.push(Buffer.from(`Header-${n}: ${"x".repeat(random.below(400))}\r\n`), () => {});
      if (decoder.pendingBytes > 100_000) throw new Error(`the decoder holds ${decoder.pendingBytes} bytes`);
    }
  } catch (error) {
    if (error instanceof AmiError && error.code === "AMI_MESSAGE_TOO_LONG") return;
    throw error;
  }
  throw new Error("a message without an end was never refused");
}

type Maker = (random: Random, recordings: readonly Uint8Array[]) => Uint8Array;

const randomBytes: Maker = (random) => Uint8Array.from({ length: random.below(300) }, () => random.below(256));

const awkwardBytes: Maker = (random) =>
  Buffer.from(Array.from({ length: random.below(40) }, () => random.pick(tokens)).join(""));

const mutatedRecording: Maker = (random, recordings) => {
  const recording = random.pick(recordings);
  const start = random.below(recording.length);
  const bytes = Buffer.from(recording.subarray(start, start + 1 + random.below(1500)));
  for (let n = random.below(8); n > 0; n--) {
    const at = random.below(bytes.length);
    const change = random.below(3);
    if (change === 0) bytes[at] = random.below(256);
    else if (change === 1) bytes.write(random.pick(tokens), at);
    else bytes.copyWithin(at, random.below(bytes.length), bytes.length);
  }
  return bytes;
};

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
