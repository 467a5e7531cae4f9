/**
 * Reads Asterisk's `2026-11-21T07:21:24.586+0000`, whose zone has no colon, which ECMAScript does not promise to read.
 * @returns undefined if the text is no such date.
 */
export function parseAriDate(text: string): Date | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d):?(\d\d)?$/.exec(text);
  if (parts === null) return undefined;
  const [, local, zone, minutes] = parts;
  if ((zone === "Z") !== (minutes === undefined)) return undefined;
  const date = new Date(zone === "Z" ? `${local}Z` : `${local}${zone}:${minutes}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
