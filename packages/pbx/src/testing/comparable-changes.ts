import type { PbxChange } from "../pbx-options.ts";

/** Changes of calls without times and what `without` names (without `talks` also without the word that one begins), with ids of calls and channels numbered in the order in which they appear. */
export function comparableChanges(changes: readonly PbxChange[], without: readonly string[] = []): string[] {
  const numbers = new Map<string, number>();
  const number = (id: string): string => {
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return `#${numbers.get(id)}`;
  };
  return changes
    .filter(({ change }) => "call" in change)
    .filter(
      ({ change }) => !(without.includes("talks") && change.type === "updated" && change.connection === undefined),
    )
    .map(({ change }) => {
      const text = JSON.stringify(change, (key, value: unknown) =>
        key.endsWith("At") || without.includes(key)
          ? undefined
          : typeof value === "string" && /^\d+\.\d+(?:~\d+)?$|^[0-9a-f-]{36}$/.test(value)
            ? number(value)
            : value,
      );
      return text.replaceAll(/-[0-9a-f]{8}(?=[";<])/g, number);
    });
}
