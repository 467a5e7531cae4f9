/** PCMU, G.711 mu-law (ITU-T G.711): one byte is one sample of 8000 a second. */

const bias = 0x84;
const clip = 32_635;

const decoded = Int16Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + bias) << ((code & 0x70) >> 4)) - bias;
  return code & 0x80 ? -magnitude : magnitude;
});

/** The 16-bit sample that a mu-law byte stands for. */
export function decodeUlaw(byte: number): number {
  return decoded[byte & 0xff] as number;
}

/** The mu-law byte nearest to a 16-bit sample; what is too loud is clipped. */
export function encodeUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(Math.round(sample)), clip) + bias;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}
