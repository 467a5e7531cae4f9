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
