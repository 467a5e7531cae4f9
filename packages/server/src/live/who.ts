import type { Connection, Extension } from "@cordboard/pbx";

/** What a PBX knows of its people: its directory. */
export interface Names {
  /** The extension a device belongs to. */
  extensionOf(device: string): string | undefined;
  extension(number: string): Extension | undefined;
  readonly extensions: readonly Extension[];
}

/** As much of a connection as tells who it is. */
export type Party = Pick<Connection, "device" | "number" | "name">;

/** Somebody an entry of the timeline concerns. */
export interface Concerned {
  readonly device?: string;
  /** His number, his extension, the number that was dialled: whatever he is known by. */
  readonly numbers: readonly string[];
}

/** The number a party shows; its extension where it shows none; else empty. */
export function numberOf(party: Party, names: Names): string {
  return party.number ?? names.extensionOf(party.device) ?? "";
}

/** The name a party shows; that of its extension where it shows none; else empty. */
export function nameOf(party: Party, names: Names): string {
  if (party.name !== undefined) return party.name;
  const extension = names.extensionOf(party.device);
  return (extension === undefined ? undefined : names.extension(extension)?.name) ?? "";
}

/** Who a party is in a sentence: `Kai <1000>`, `1000`, `Kai`, or else the device. */
export function label(party: Party, names: Names): string {
  const [number, name] = [numberOf(party, names), nameOf(party, names)];
  if (number === "") return name === "" ? party.device : name;
  return name === "" || name === number ? number : `${name} <${number}>`;
}

/** Who a party is in a heading: `Kai 1000`. */
export function shortLabel(party: Party, names: Names): string {
  const [number, name] = [numberOf(party, names), nameOf(party, names)];
  return (name === number ? number : `${name} ${number}`.trim()) || party.device;
}

/** Several in a sentence: `Kai <1000>, Ping <1002> and 7 others`. */
export function labels(parties: readonly Party[], names: Names): string {
  return listed(parties.map((party) => label(party, names)));
}

/** `one`, `one and two`, `one, two and three`, `one, two, three and 4 others`. */
export function listed(words: readonly string[]): string {
  const shown = words.length > 4 ? [...words.slice(0, 3), `${words.length - 3} others`] : words;
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}

/** A party as one whom an entry concerns. */
export function concerned(party: Party, names: Names): Concerned {
  const known = [party.number, names.extensionOf(party.device)];
  return { device: party.device, numbers: [...new Set(known.filter((number) => number !== undefined))] };
}

/** True if that extension is meant: by its number, or by the name of its device, `PJSIP/1000`. */
export function isExtension({ device, numbers }: Concerned, extension: string): boolean {
  return numbers.includes(extension) || device?.slice(device.indexOf("/") + 1) === extension;
}
