import type { ConfSection } from "./conf-tree.ts";
import type { ProblemList } from "./problem-list.ts";
import type { Setting } from "./setting.ts";

/** The classes of `read=` and `write=` (main/manager.c). `all` stands for every one. */
const classNames = [
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

/** A class of manager.conf. */
export type ManagerClass = (typeof classNames)[number];

/** The classes that Asterisk takes out of a line. */
export type ManagerClasses = ReadonlySet<ManagerClass>;

/**
 * The last `read=` or `write=` line of a user, as Asterisk takes it: blanks after a comma belong to the name, so that ` call`
 * is no class; a word before a comma stands for every class that begins with it, an empty one for all.
 */
export function readClasses(
  sections: readonly ConfSection[],
  name: "read" | "write",
  problems: ProblemList,
): Setting<ManagerClasses> {
  const found = sections.flatMap((section) => section.all(name)).at(-1);
  if (!found) return { value: new Set(), at: undefined };
  if (found.value === "") return { value: new Set(), at: found.at };
  const words = found.value.split(",");
  // A comma at the end adds no empty word.
  if (words.length > 1 && words.at(-1) === "") words.pop();
  const last = found.value.endsWith(",") ? -1 : words.length - 1;
  const granted = new Set<ManagerClass>();
  for (const [index, word] of words.entries()) {
    const fits = (label: string): boolean => (index === last ? label === word : label.startsWith(word));
    const classes = fits("all") ? classNames : classNames.filter(fits);
    for (const each of classes) granted.add(each);
    if (classes.length === 0 && !fits("none")) {
      const blanks = word.trim() === word ? "" : "; blanks around the commas count: remove them";
      problems.add("CONF_UNKNOWN_CLASS", found.at, `${name}= has a word that is no class and gives no right${blanks}`);
    }
  }
  return { value: granted, at: found.at };
}
