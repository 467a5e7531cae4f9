import type { Api, ApiAction, ApiParameter } from "./api-model.ts";
import type { DocAction, DocParameter, Docs } from "./docs-model.ts";
import type { Facts, FirstReleases } from "./facts.ts";
import { mergeEvents, snapshotHeaders } from "./merge-events.ts";
import { releasesOf } from "./releases.ts";
import { sorted } from "./sorted.ts";

/**
 * Documentation of several releases and the facts become one description. The newest file decides what is required;
 * older ones add what it no longer has.
 * @throws Error when a file and the facts disagree, with the name to look at: the facts then need an update.
 */
export function merge(docs: readonly Docs[], facts: Facts): Api {
  const newestFirst = docs.toSorted((a, b) => b.major - a.major);
  const actions = mergeActions(newestFirst, facts);
  const events = mergeEvents(newestFirst, facts);
  const known = new Set(events.map((event) => event.name));
  for (const [action, list] of Object.entries(facts.lists)) {
    for (const event of [...list.items, list.complete]) {
      if (!known.has(event)) throw new Error(`lists.${action} names the event ${event}, which nothing describes`);
    }
  }
  for (const { responses, name } of newestFirst.flatMap((doc) => [...doc.actions.values()])) {
    if (responses.length > 0 && !facts.lists[name]) throw new Error(`lists lacks ${name}, which answers with events`);
  }
  return {
    actions,
    events,
    lists: sorted(Object.entries(facts.lists), ([name]) => name),
    protocols: Object.entries(facts.amiProtocols).map(([ami, asterisk]) => [Number(ami), asterisk]),
    channelSnapshot: snapshotHeaders(facts.channelSnapshot, facts.channelSnapshotOptional),
    bridgeSnapshot: snapshotHeaders(facts.bridgeSnapshot, facts.bridgeSnapshotOptional),
  };
}

function mergeActions(newestFirst: readonly Docs[], facts: Facts): ApiAction[] {
  const merged: ApiAction[] = [];
  const names = new Set(newestFirst.flatMap((doc) => [...doc.actions.keys()]));
  for (const name of names) {
    if (facts.notRegistered.includes(name)) continue;
    const found = newestFirst.flatMap((doc) => doc.actions.get(name) ?? []);
    const write = facts.writeClasses[name];
    if (!write) throw new Error(`writeClasses lacks the action ${name}`);
    const releases = releasesOf(name, facts.versions.actions);
    for (const doc of newestFirst) checkRelease(name, doc, releases);
    merged.push({
      name,
      module: found[0]?.module ?? facts.modules[name],
      since: found[0]?.since ?? [],
      write,
      parameters: mergeParameters(name, found, facts),
      releases,
    });
  }
  for (const [name, extra] of Object.entries(facts.extraActions)) {
    merged.push({
      name,
      module: extra.module,
      since: [],
      write: extra.write,
      parameters: extra.params.map((param) => ({
        name: param.replace("?", ""),
        required: !param.endsWith("?"),
        type: "text",
        pattern: false,
      })),
      releases: releasesOf(name, {}),
    });
  }
  return sorted(merged, (action) => action.name);
}

function checkRelease(name: string, doc: Docs, releases: FirstReleases): void {
  const documented = doc.actions.has(name);
  if (documented && releases[doc.major] === undefined) {
    throw new Error(`Asterisk ${doc.major} documents the action ${name}; versions.actions says it never had it`);
  }
  if (!documented && releases[doc.major] === `${doc.major}.0.0`) {
    throw new Error(`Asterisk ${doc.major} does not document the action ${name}; add it to versions.actions`);
  }
}

function mergeParameters(action: string, found: readonly DocAction[], facts: Facts): ApiParameter[] {
  const merged = new Map<string, ApiParameter>();
  for (const [age, doc] of found.entries()) {
    for (const parameter of doc.parameters) {
      if (parameter.name === "ActionID") continue;
      const pattern = facts.patterns[action]?.[parameter.name];
      const name = pattern ?? facts.paramNames[action]?.[parameter.name] ?? parameter.name;
      if (merged.has(name)) continue;
      merged.set(name, {
        name,
        required: age === 0 && parameter.required,
        type: parameterType(action, name, parameter, facts),
        pattern: pattern !== undefined,
      });
    }
  }
  return [...merged.values()];
}

function parameterType(action: string, name: string, parameter: DocParameter, facts: Facts): ApiParameter["type"] {
  if (facts.flags[action]?.includes(name)) return "flag";
  if (facts.variables[action]?.includes(name)) return "variables";
  if (facts.notEnums[action]?.includes(name) || parameter.enum.length === 0) return "text";
  return parameter.enum;
}
