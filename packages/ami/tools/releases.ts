import { type FirstReleases, majors } from "./facts.ts";

/** First releases of a name: those of the facts, or all branches from their beginning. */
export function releasesOf(name: string, versions: Readonly<Record<string, FirstReleases>>): FirstReleases {
  return versions[name] ?? Object.fromEntries(majors.map((major) => [String(major), `${major}.0.0`]));
}
