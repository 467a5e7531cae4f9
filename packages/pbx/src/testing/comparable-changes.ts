import type { PbxChange } from "../pbx-options.ts";
import type { TableChange } from "../table-change.ts";

/** Changes without times, with ids and names numbered in the order in which they appear. */
export function comparable(changes: readonly TableChange[]): string[] {
  const numbers = new Map<string, number>();
  const number = (id: string): string => {
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return `#${numbers.get(id)}`;
  };
  return changes.map((change) => {
    const row = "after" in change ? change.after : change.before;
    const text = JSON.stringify([change.type, row], (key, value: unknown) => {
      if (["createdAt", "answeredAt", "numChannels", "technology"].includes(key)) return undefined;
      if (["uniqueid", "linkedid", "bridge", "from"].includes(key) && typeof value === "string") return number(value);
      if (key === "channels" && Array.isArray(value)) return value.map((id) => number(String(id)));
      return value;
    });
    return text.replaceAll(/-[0-9a-f]{8}(?=[";<])/g, number);
  });
}

/** Changes of calls without times and what `without` names, with ids of calls and channels numbered in the order in which they appear. */
export function comparableChanges(changes: readonly PbxChange[], without: readonly string[] = []): string[] {
  const numbers = new Map<string, number>();
  const number = (id: string): string => {
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return `#${numbers.get(id)}`;
  };
  return changes
    .filter(({ change }) => "call" in change)
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
