type Version = readonly [major: number, minor: number, patch: number];

/** The release in `Asterisk/22.10.1~dfsg…` or `22.10.1`; undefined for anything else (`GIT-master-…`, a renamed server). */
export function parseVersion(text: string): Version | undefined {
  const parts = /^(?:Asterisk\/)?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return parts === null ? undefined : [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)];
}

const atLeast = (a: Version, b: Version): boolean =>
  a[0] !== b[0] ? a[0] > b[0] : a[1] !== b[1] ? a[1] > b[1] : a[2] >= b[2];

/**
 * Whether a release has what came with the releases `since`, one per branch. A branch that is not among them has it
 * only if it is newer than all of them: what was added to 18.20 and 20.5 is in 21 but not in 19.
 */
export function isSince(version: Version, since: readonly string[]): boolean {
  const releases = since.map(parseVersion).filter((each) => each !== undefined);
  if (releases.length === 0) return true;
  const own = releases.find((each) => each[0] === version[0]);
  return own === undefined ? releases.every((each) => each[0] < version[0]) : atLeast(version, own);
}
