import type { Api, ApiAction, ApiEvent } from "./api-model.ts";
import { fileText, literals, propertyName } from "./emit-text.ts";
import { type FirstReleases, type ListFacts, majors } from "./facts.ts";

/** `lists.ts`: how the replies of the actions that answer with events are framed. */
export function emitLists(api: Api): string {
  const items = api.lists.map(([action, list]) => {
    const union = [...list.items, list.complete].map((event) => JSON.stringify(event)).join(" | ");
    return `  ${propertyName(action)}: ${union};`;
  });
  const rows = api.lists.map(([action, list]) => `  ${propertyName(action)}: ${listRow(list)},`);
  return fileText([
    `import type { AmiEventName } from "./events.ts";`,
    `/** How the reply of one action is framed. */
export interface AmiActionList {
  /** Events that are items. */
  readonly items: readonly AmiEventName[];
  /** The event that ends the reply. */
  readonly complete: AmiEventName;
  /** \`EventList: start\` on the response and \`EventList: Complete\` on the last event. */
  readonly eventList: boolean;
  /** Without anything to list: a list of no items, an Error with one of \`emptyMessages\`, or a plain Success. */
  readonly empty: "list" | "error" | "success";
  /** Messages of the Error that means an empty list, without a newline at their end. */
  readonly emptyMessages: readonly string[];
  /** The action also answers without any event, depending on its parameters. */
  readonly sometimes: boolean;
  /** An Error may still follow \`EventList: start\`; no last event comes then. */
  readonly errorAfterStart: boolean;
}`,
    `/** Events of each action's reply. */\nexport interface AmiListEvents {\n${items.join("\n")}\n}`,
    `/** Name of an action that answers with events. */\nexport type AmiListAction = keyof AmiListEvents;`,
    `/** Framing of each action's reply. */\nexport const actionLists: { readonly [Action in AmiListAction]: AmiActionList } = {\n${rows.join("\n")}\n};`,
  ]);
}

function listRow(list: ListFacts): string {
  return `{ items: ${literals(list.items)}, complete: ${JSON.stringify(list.complete)}, eventList: ${!list.bare}, empty: ${JSON.stringify(list.empty)}, emptyMessages: ${literals(list.emptyMessages ?? [])}, sometimes: ${list.sometimes ?? false}, errorAfterStart: ${list.errorAfterStart ?? false} }`;
}

const CLASSES = [
  "system",
  "call",
  "log",
  "verbose",
  "command",
  "agent",
  "user",
  "config",
  "dtmf",
  "reporting",
  "cdr",
  "dialplan",
  "originate",
  "agi",
  "cc",
  "aoc",
  "test",
  "security",
  "message",
] as const;

/** `privileges.ts`: classes of manager.conf that actions need and events are filtered by. */
export function emitPrivileges(api: Api): string {
  const used = new Set([...api.actions.flatMap((each) => each.write), ...api.events.flatMap((each) => each.read)]);
  for (const each of used) if (!CLASSES.some((known) => known === each)) throw new Error(`unknown class ${each}`);
  const writes = api.actions.map((each) => `  ${propertyName(each.name)}: ${literals(each.write)},`);
  const reads = api.events.map((each) => `  ${propertyName(each.name)}: ${literals(each.read)},`);
  return fileText([
    `import type { AmiActionName } from "./actions.ts";\nimport type { AmiEventName } from "./events.ts";`,
    `/** Classes of \`read=\` and \`write=\` in manager.conf, in the order of \`manager show settings\`. */\nexport const amiClasses = ${literals(CLASSES)} as const;`,
    `/** A class of \`read=\` or \`write=\` in manager.conf. */\nexport type AmiClass = (typeof amiClasses)[number];`,
    `/** Write classes of each action: any one of them is enough; none means that a login is. Those of DPMA are inferred. */\nexport const actionWriteClasses: { readonly [Action in AmiActionName]: readonly AmiClass[] } = {\n${writes.join("\n")}\n};`,
    `/** Read classes of each event: all of them are needed; none means that it is only sent as a reply. */\nexport const eventReadClasses: { readonly [Event in AmiEventName]: readonly AmiClass[] } = {\n${reads.join("\n")}\n};`,
  ]);
}

/** `versions.ts`: which release of which branch brought what. */
export function emitVersions(api: Api): string {
  const everywhere = releases(Object.fromEntries(majors.map((major) => [String(major), `${major}.0.0`])));
  const row = (each: ApiAction | ApiEvent): string => {
    const text = releases(each.releases);
    return `  ${propertyName(each.name)}: ${text === everywhere ? "all" : text},`;
  };
  const protocols = api.protocols.map(([ami, asterisk]) => `  ${ami}: ${asterisk},`);
  return fileText([
    `import type { AmiActionName } from "./actions.ts";\nimport type { AmiEventName } from "./events.ts";`,
    `/** Asterisk's major releases that these types cover. */\nexport const asteriskMajors = [${majors.join(", ")}] as const;`,
    `/** A major release of Asterisk. */\nexport type AsteriskMajor = (typeof asteriskMajors)[number];`,
    `/** First release of each branch that has something; a branch that never had it is missing. */\nexport type FirstReleases = Readonly<Partial<Record<AsteriskMajor, string>>>;`,
    `/** Major number of the version in the greeting (\`Asterisk Call Manager/11.0.0\`) → Asterisk's major release. */\nexport const asteriskOfAmi: Readonly<Record<number, AsteriskMajor>> = {\n${protocols.join("\n")}\n};`,
    `const all: FirstReleases = ${everywhere};`,
    `/** Releases that have each action. */\nexport const actionReleases: { readonly [Action in AmiActionName]: FirstReleases } = {\n${api.actions.map(row).join("\n")}\n};`,
    `/** Releases that send each event. */\nexport const eventReleases: { readonly [Event in AmiEventName]: FirstReleases } = {\n${api.events.map(row).join("\n")}\n};`,
  ]);
}

function releases(first: FirstReleases): string {
  const rows = majors.flatMap((major) =>
    first[major] === undefined ? [] : `${major}: ${JSON.stringify(first[major])}`,
  );
  return `{ ${rows.join(", ")} }`;
}
