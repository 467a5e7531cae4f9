import { actionWriteClasses, amiClasses } from "@cordboard/ami";
import type { AmiClass } from "@cordboard/ami";

/** What the list of allowed actions tells about a user's `write=`. */
export interface WriteClasses {
  readonly has: ReadonlySet<AmiClass>;
  readonly lacks: ReadonlySet<AmiClass>;
}

/**
 * Finds a user's write classes from the names that its ListCommands answered: Asterisk lists only what the user may
 * send (manager.c, action_listcommands). An action that needs one class alone proves that class; one that
 * every server has but that is not listed disproves each of its classes. Classes that no action
 * speaks for are in neither set.
 */
export function writeClasses(listed: ReadonlySet<string>): WriteClasses {
  const has = new Set<AmiClass>();
  const lacks = new Set<AmiClass>();
  const actions = Object.entries(actionWriteClasses);
  for (const [name, classes] of actions) {
    const [only] = classes;
    if (only !== undefined && classes.length === 1 && listed.has(name)) has.add(only);
  }
  for (const name of ALWAYS_THERE) {
    const classes = (actionWriteClasses as Readonly<Record<string, readonly AmiClass[]>>)[name] ?? [];
    if (!listed.has(name)) for (const each of classes) lacks.add(each);
  }
  // Queues are a module that may be absent; QueueStatus needs no class and shows that it is not.
  if (listed.has("QueueStatus") && !listed.has("QueuePause")) lacks.add("agent");
  // An action of two classes that is listed proves the second once the first is known to be missing.
  for (const [name, classes] of actions) {
    if (!listed.has(name)) continue;
    const open = classes.filter((each) => !lacks.has(each));
    const [only] = open;
    if (only !== undefined && open.length === 1) has.add(only);
  }
  for (const each of has) lacks.delete(each);
  return { has, lacks };
}

/** Actions of Asterisk's core, in every version from 16 on whatever modules are loaded. */
const ALWAYS_THERE = [
  "Command",
  "CoreSettings",
  "GetConfig",
  "Hangup",
  "ModuleCheck",
  "Originate",
  "Redirect",
  "UserEvent",
];

/** The words of a `read=` or `write=` line as classes; `all` is all of them. Blanks count, as in Asterisk. */
export function classesOf(words: string): ReadonlySet<AmiClass> {
  const named = words.split(",");
  if (named.includes("all") || named.includes("-1")) return new Set(amiClasses);
  return new Set(amiClasses.filter((each) => named.includes(each)));
}
