/** Major versions of Asterisk that the project's tests run against. */
const TESTED_VERSIONS: readonly number[] = [16, 22];

/** Major versions that are expected to work, tested or not. */
const EXPECTED_VERSIONS = { from: 16, to: 23 } as const;

/** How a version stands: `22.10.1~dfsg-1` is `tested`, 18 is `expected`, 13 is `too-old`, 24 is `unknown`. */
export function versionSupport(version: string): "tested" | "expected" | "too-old" | "unknown" {
  const major = Number(/^(?:certified[/-])?(\d+)/.exec(version)?.[1] ?? Number.NaN);
  if (TESTED_VERSIONS.includes(major)) return "tested";
  if (major >= EXPECTED_VERSIONS.from && major <= EXPECTED_VERSIONS.to) return "expected";
  return major < EXPECTED_VERSIONS.from ? "too-old" : "unknown";
}
