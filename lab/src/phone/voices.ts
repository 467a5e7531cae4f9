import { chanSipPeople, people } from "../config/lab-numbers.ts";
import { decodeUlaw, encodeUlaw } from "./g711.ts";

/**
 * Every phone's voice is a tone of its own, a multiple of 50 Hz: 20 ms (160 samples) hold a whole number of waves, so a packet is
 * always the same bytes, and tones that were mixed by anybody can be told apart again without error.
 */
const samplesPerPacket = 160;
const hertzPerBin = 50;
const loudness = 5000;

/** Bins of the chord that the lab plays as music on hold. */
const musicBins = [8, 10, 12];
const firstVoiceBin = 16;

const binOfVoice = new Map<string, number>();
const voiceOfBin = new Map<number, string>();

/** The frequency of a number's voice in hertz; the first call for a number outside the lab's own gives it the next free one. */
export function voiceFrequency(number: string): number {
  let bin = binOfVoice.get(number);
  if (bin === undefined) {
    bin = firstVoiceBin + 2 * binOfVoice.size;
    // 3500 Hz is where telephone speech ends; beyond it the voices would not survive a transcoder.
    if (bin * hertzPerBin > 3500) throw new RangeError("No voice is left: too many different numbers in one process.");
    binOfVoice.set(number, bin);
    voiceOfBin.set(bin, number);
  }
  return bin * hertzPerBin;
}
for (const { number } of [...people, ...chanSipPeople, { number: "trunk" }]) voiceFrequency(number);

/** The 20 ms of mu-law that a number says, over and over. */
export function voicePayload(number: string): Uint8Array {
  const bin = voiceFrequency(number) / hertzPerBin;
  return mix([toneOf(bin)]);
}

/** Seconds of music on hold as 16-bit samples at 8000 Hz. */
export function musicSamples(seconds: number): Int16Array {
  const length = seconds * 8000;
  return Int16Array.from({ length }, (_, index) => {
    const sum = musicBins.reduce((all, bin) => all + Math.sin((2 * Math.PI * bin * index) / samplesPerPacket), 0);
    return (loudness / 2) * sum;
  });
}

/** The packets' sum, as a bridge or a phone with a conference key makes it. */
export function mixPayloads(payloads: readonly Uint8Array[]): Uint8Array {
  return mix(payloads.map((payload) => Float64Array.from(payload, decodeUlaw)));
}

/**
 * Who speaks in a packet: the numbers, sorted, `music`, `silence`, or `sound` for anything else (a prompt, a ringing tone).
 */
export function whoSpeaks(payload: Uint8Array): readonly string[] {
  const length = payload.length;
  let energy = 0;
  const samples = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    const sample = decodeUlaw(payload[index] as number);
    samples[index] = sample;
    energy += sample * sample;
  }
  if (energy / Math.max(length, 1) < 100 * 100) return ["silence"];
  const share = (bin: number): number => toneEnergy(samples, bin) / energy;
  const found: string[] = [];
  let explained = 0;
  for (const [bin, voice] of voiceOfBin) {
    const part = share(bin);
    explained += part;
    if (part > 0.04) found.push(voice);
  }
  const music = musicBins.map(share);
  if (music.every((part) => part > 0.03)) found.push("music");
  for (const part of music) explained += part;
  return explained > 0.9 && found.length > 0 ? found.sort() : ["sound"];
}

function toneOf(bin: number): Float64Array {
  return Float64Array.from(
    { length: samplesPerPacket },
    (_, index) => loudness * Math.sin((2 * Math.PI * bin * index) / samplesPerPacket),
  );
}

function mix(parts: readonly Float64Array[]): Uint8Array {
  return Uint8Array.from({ length: samplesPerPacket }, (_, index) =>
    encodeUlaw(parts.reduce((sum, part) => sum + (part[index] ?? 0), 0)),
  );
}

/** Goertzel's algorithm: the energy of one bin's frequency in the samples. */
function toneEnergy(samples: Float64Array, bin: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * bin) / samplesPerPacket);
  let [before, last] = [0, 0];
  for (const sample of samples) [before, last] = [last, sample + coefficient * last - before];
  const power = before * before + last * last - coefficient * before * last;
  return (2 * power) / samples.length;
}
