import type { ApiEvent, ApiHeader, ApiSnapshot } from "./api-model.ts";
import type { DocEvent, Docs } from "./docs-model.ts";
import type { Facts, FirstReleases } from "./facts.ts";
import { releasesOf } from "./releases.ts";
import { sorted } from "./sorted.ts";

/**
 * Events of all files and of the facts, under their names on the wire, newest documentation first.
 * @throws Error when a file documents an event that the facts say its release never had.
 */
export function mergeEvents(newestFirst: readonly Docs[], facts: Facts): ApiEvent[] {
  const merged: ApiEvent[] = [];
  const replyOnly = new Set(
    Object.values(facts.lists)
      .flatMap((list) => [...list.items, list.complete])
      .filter((event) => !facts.alsoUnsolicited.includes(event)),
  );
  for (const documented of new Set(newestFirst.flatMap((doc) => [...doc.events.keys()]))) {
    const name = facts.wireNames[documented] ?? documented;
    const found = newestFirst.flatMap((doc) => doc.events.get(documented) ?? []);
    const releases = releasesOf(name, facts.versions.events);
    checkReleases(documented, name, newestFirst, releases);
    merged.push({
      name,
      module: found[0]?.module ?? facts.modules[name],
      since: found[0]?.since ?? [],
      read: replyOnly.has(name) ? [] : (facts.readClasses[name] ?? found[0]?.classes ?? []),
      snapshots: snapshots(name, found, facts),
      headers: headers(name, found, facts),
      releases,
    });
  }
  const known = new Set(merged.map((event) => event.name));
  for (const [name, extra] of Object.entries(facts.extraEvents)) {
    if (known.has(name)) throw new Error(`extraEvents has ${name}, which is documented`);
    merged.push({
      name,
      module: extra.module,
      since: [],
      read: extra.class,
      snapshots: (extra.snapshots ?? []).map(([kind, prefix]) => ({ kind, prefix, certain: true })),
      headers: extra.headers.map((header) => ({
        name: header.replace("?", ""),
        certain: !header.endsWith("?"),
        enum: [],
        pattern: false,
      })),
      releases: releasesOf(name, facts.versions.events),
    });
  }
  return sorted(merged, (event) => event.name);
}

function checkReleases(documented: string, name: string, docs: readonly Docs[], releases: FirstReleases): void {
  for (const doc of docs) {
    if (doc.events.has(documented) && releases[doc.major] === undefined) {
      throw new Error(`Asterisk ${doc.major} documents the event ${name}; versions.events says it never had it`);
    }
  }
  // Asterisk documents many events later than it sends them, so that a missing one proves nothing, but for a removal.
  const newest = docs[0];
  if (newest && !newest.events.has(documented) && releases[newest.major] !== undefined) {
    throw new Error(`Asterisk ${newest.major} no longer documents the event ${name}; add it to versions.events`);
  }
}

function snapshots(event: string, found: readonly DocEvent[], facts: Facts): ApiSnapshot[] {
  const merged = new Map<string, ApiSnapshot>();
  for (const header of found.flatMap((doc) => doc.headers)) {
    if (header.kind === "parameter") continue;
    const key = `${header.kind}:${header.prefix}`;
    const certain = facts.certainSnapshots[event]?.includes(key) ?? false;
    merged.set(key, { kind: header.kind, prefix: header.prefix, certain });
  }
  return [...merged.values()];
}

function headers(event: string, found: readonly DocEvent[], facts: Facts): ApiHeader[] {
  const certain = facts.certainHeaders[event] ?? [];
  const dropped = facts.droppedHeaders[event] ?? [];
  const merged = new Map<string, ApiHeader>();
  const add = (documented: string, values: readonly string[]): void => {
    if (documented === "ActionID" || dropped.includes(documented)) return;
    const template = Object.keys(facts.headerPatterns).find((part) => documented.includes(part));
    const name = template ? documented.replace(template, facts.headerPatterns[template] ?? "") : documented;
    merged.set(name, {
      name,
      certain: certain.includes(name),
      enum: [...new Set([...(merged.get(name)?.enum ?? []), ...values])],
      pattern: template !== undefined,
    });
  };
  for (const header of found.flatMap((doc) => doc.headers)) {
    if (header.kind === "parameter") add(header.name, header.enum);
  }
  for (const name of facts.extraHeaders[event] ?? []) if (!merged.has(name)) add(name, []);
  for (const name of certain) {
    const snapshot = [...facts.channelSnapshot, ...facts.bridgeSnapshot].includes(name);
    if (!merged.has(name) && !snapshot) throw new Error(`certainHeaders.${event} has ${name}, which nothing describes`);
  }
  return [...merged.values()];
}

/** Headers of a snapshot: those that are always there, then those that may be missing. */
export function snapshotHeaders(always: readonly string[], optional: readonly string[]): ApiHeader[] {
  const header = (name: string, certain: boolean): ApiHeader => ({ name, certain, enum: [], pattern: false });
  return [...always.map((name) => header(name, true)), ...optional.map((name) => header(name, false))];
}
