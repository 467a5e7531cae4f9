const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `30d`, `12h` or `90m`; undefined for what is none. */
export function durationMs(text: string): number | undefined {
  const [, number, unit = ""] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
