// A time that goes in inside a caller's name and comes out again: `~t000123456789~`, microseconds of the machine's monotonic clock.

const digits = 12;
const turn = 10 ** digits;

/** Where a stamp begins in a text. */
export const stampMark: Buffer = Buffer.from("~t");
/** Bytes of a stamp behind its mark. */
export const stampDigits: number = digits;

/** Now, in microseconds; the same clock (CLOCK_MONOTONIC) in every process of this machine. */
export function nowMicros(): number {
  return Number((process.hrtime.bigint() / 1000n) % BigInt(turn));
}

/** The text of a stamp. */
export function stampText(micros: number): string {
  return `~t${String(micros).padStart(digits, "0")}~`;
}

/** The stamp whose digits begin at this place; NaN if there are not enough of them. */
export function stampAt(bytes: Uint8Array, start: number): number {
  if (start + digits > bytes.length) return Number.NaN;
  let micros = 0;
  for (let index = start; index < start + digits; index++) {
    const digit = (bytes[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    micros = micros * 10 + digit;
  }
  return micros;
}
