import type { AmiMessage } from "@cordboard/ami";

/** A message as pairs, in the order and with the repetitions of the wire. */
export type AmiRecord = readonly (readonly [name: string, value: string])[];

/** The pairs of a message; of a Command reply, each line of its output is one `Output`. */
export function toRecord(message: AmiMessage): AmiRecord {
  return message.entries();
}

/** One object with text values; a repeated name becomes a list. No name can reach the object's prototype. */
export function toObject(record: AmiRecord): Record<string, string | string[]> {
  const object = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of record) {
    const before = object[name];
    if (before === undefined) object[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else object[name] = [before, value];
  }
  return object;
}
