/** ISO 8601 in UTC with milliseconds, from milliseconds since 1970; a time that is none becomes 1970. */
export function isoTime(at: number): string {
  return new Date(Math.abs(at) <= 8.64e15 ? Math.max(0, Math.floor(at)) : 0).toISOString();
}
