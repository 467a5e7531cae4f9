/** AMI's classes and their bits (include/asterisk/manager.h). */
const classBits: ReadonlyMap<string, number> = new Map([
  ...[
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
    "hookresponse",
    "cc",
    "aoc",
    "test",
    "security",
  ].map((name, bit) => [name, 1 << bit] as const),
  ["message", 1 << 30],
]);

/** Every class. */
export const allClasses: readonly string[] = [...classBits.keys()];

/** The classes that a mask names, as `Events:` and `EventMask:` take it: `on`, `off`, a number, or a list. Unknown words count for nothing. */
export function parseMask(mask: string): ReadonlySet<string> {
  const text = mask.trim().toLowerCase();
  if (/^-?\d+$/.test(text)) {
    const bits = Number(text);
    return new Set(allClasses.filter((name) => (bits & (classBits.get(name) ?? 0)) !== 0));
  }
  const words = text.split(",").map((word) => word.trim());
  if (words.some((word) => ["on", "yes", "true", "all"].includes(word))) return new Set(allClasses);
  return new Set(words.filter((word) => classBits.has(word)));
}
