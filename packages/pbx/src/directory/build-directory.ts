import { isDevice, isPlainNumber, resourceOf } from "./device-names.ts";
import type { Extension } from "./extension.ts";

/** A hint of the dialplan. */
export interface HintFacts {
  readonly exten: string;
  readonly context: string;
  readonly hint: string;
}

/** A device that the PBX's configuration names. */
export interface EndpointFacts {
  /** Such as `PJSIP/1000`. */
  readonly device: string;
  /** It is a way out: it logs in to somebody else, or stands at a fixed address. */
  readonly isTrunk: boolean;
  readonly callerName?: string;
  readonly mailbox?: string;
}

/** A mailbox of app_voicemail. */
export interface MailboxFacts {
  readonly box: string;
  readonly context: string;
  readonly name: string;
}

/** A member of a queue. */
export interface MemberFacts {
  /** Such as `PJSIP/1002` or `Local/1002@from-queue/n`. */
  readonly interface: string;
  readonly stateInterface?: string;
  readonly name: string;
}

/** All that is known of who is on a PBX. */
export interface DirectoryFacts {
  readonly hints: Iterable<HintFacts>;
  readonly endpoints: Iterable<EndpointFacts>;
  readonly mailboxes: Iterable<MailboxFacts>;
  readonly members: Iterable<MemberFacts>;
  /** Devices that were in calls under their own number, with the name they had. */
  readonly seen: ReadonlyMap<string, string | undefined>;
  /** Devices through which other numbers were dialled. */
  readonly trunks: ReadonlySet<string>;
}

/** Extensions without their states. */
export interface BuiltDirectory {
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Number by device. */
  readonly numberOf: ReadonlyMap<string, string>;
}

interface Draft {
  readonly number: string;
  readonly hint?: HintFacts;
  readonly devices: string[];
}

/**
 * Who is on a PBX.
 *
 * The rule, for a trunk must not become an extension: a hint that names a device makes an extension, whatever its name; without one a
 * device is an extension if its own name is a number of 2 to 8 digits, it is none that logs in elsewhere or stands at a fixed address,
 * and no other number was dialled through it.
 */
export function buildDirectory(facts: DirectoryFacts): BuiltDirectory {
  const drafts = new Map<string, Draft>();
  const numberOf = new Map<string, string>();
  for (const hint of [...facts.hints].toSorted(byContext)) addHint(hint, drafts, numberOf);
  const endpoints = new Map<string, EndpointFacts>();
  for (const endpoint of facts.endpoints) {
    endpoints.set(endpoint.device, endpoint);
    if (!endpoint.isTrunk) addDevice(endpoint.device, facts, drafts, numberOf);
  }
  const isKnownTrunk = (device: string): boolean => endpoints.get(device)?.isTrunk === true;
  for (const device of facts.seen.keys()) if (!isKnownTrunk(device)) addDevice(device, facts, drafts, numberOf);
  const memberNames = new Map<string, string>();
  for (const member of facts.members) {
    const number = addMember(member, facts, drafts, numberOf);
    // Asterisk calls a member without a name like its interface.
    if (number !== undefined && member.name !== "" && !member.name.includes("/")) memberNames.set(number, member.name);
  }
  const mailboxes = mailboxesByNumber(facts.mailboxes);
  const extensions = new Map<string, Extension>();
  for (const draft of [...drafts.values()].toSorted(byNumber)) {
    const configured = draft.devices.map((device) => endpoints.get(device));
    const box = mailboxes.get(draft.number);
    const mailbox =
      configured.find((one) => one?.mailbox !== undefined)?.mailbox ?? (box && `${box.box}@${box.context}`);
    const name =
      (box?.name !== "" ? box?.name : undefined) ??
      configured.find((one) => one?.callerName !== undefined)?.callerName ??
      memberNames.get(draft.number) ??
      draft.devices.map((device) => facts.seen.get(device)).find((one) => one !== undefined);
    extensions.set(draft.number, complete(draft, name, mailbox));
  }
  return { extensions, numberOf };
}

/** The devices and the presentity of a hint: `PJSIP/1000&Custom:DND1000,CustomPresence:1000`. */
export function partsOfHint(hint: string): { readonly devices: readonly string[]; readonly presentity?: string } {
  const comma = hint.indexOf(",");
  const devices = (comma === -1 ? hint : hint.slice(0, comma)).split("&").filter((name) => isDevice(name));
  const presentity = comma === -1 ? "" : hint.slice(comma + 1);
  return { devices, ...(presentity === "" ? {} : { presentity }) };
}

function addHint(hint: HintFacts, drafts: Map<string, Draft>, numberOf: Map<string, string>): void {
  const { devices } = partsOfHint(hint.hint);
  // Feature codes have hints too, such as *761000 for do not disturb.
  if (devices.length === 0 || !/^\+?[\p{L}\p{N}]/u.test(hint.exten)) return;
  const known = drafts.get(hint.exten);
  const isSame = known?.devices.some((device) => devices.includes(device)) === true;
  if (isSame) known.devices.push(...devices.filter((device) => !known.devices.includes(device)));
  const number = known === undefined || isSame ? hint.exten : `${hint.exten}@${hint.context}`;
  if (!drafts.has(number)) drafts.set(number, { number, hint, devices: [...devices] });
  for (const device of devices) if (!numberOf.has(device)) numberOf.set(device, number);
}

function addDevice(
  device: string,
  facts: DirectoryFacts,
  drafts: Map<string, Draft>,
  numberOf: Map<string, string>,
): string | undefined {
  const known = numberOf.get(device);
  if (known !== undefined) return known;
  const number = resourceOf(device);
  if (!isDevice(device) || !isPlainNumber(number) || facts.trunks.has(device)) return undefined;
  const draft = drafts.get(number);
  if (draft === undefined) drafts.set(number, { number, devices: [device] });
  else draft.devices.push(device);
  numberOf.set(device, number);
  return number;
}

/** A member is an extension by its device, by the hint it names, or by the number its Local channel dials. */
function addMember(
  member: MemberFacts,
  facts: DirectoryFacts,
  drafts: Map<string, Draft>,
  numberOf: Map<string, string>,
): string | undefined {
  const names = [member.stateInterface ?? "", member.interface];
  for (const name of names) if (isDevice(name)) return addDevice(name, facts, drafts, numberOf);
  const number = names.map((name) => /^(?:hint:|local\/)([^@]+)/iu.exec(name)?.[1]).find((one) => one !== undefined);
  if (number === undefined || !isPlainNumber(number)) return undefined;
  if (!drafts.has(number)) drafts.set(number, { number, devices: [] });
  return number;
}

function complete(draft: Draft, name: string | undefined, mailbox: string | undefined): Extension {
  const { number, hint, devices } = draft;
  const presentity = hint && partsOfHint(hint.hint).presentity;
  return {
    number,
    ...(hint === undefined ? {} : { context: hint.context, hint: hint.hint }),
    ...(name === undefined ? {} : { name }),
    devices,
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(presentity === undefined ? {} : { presentity }),
  };
}

/** The context `default` counts most. */
function mailboxesByNumber(mailboxes: Iterable<MailboxFacts>): Map<string, MailboxFacts> {
  const byNumber = new Map<string, MailboxFacts>();
  for (const one of mailboxes) if (one.context === "default" || !byNumber.has(one.box)) byNumber.set(one.box, one);
  return byNumber;
}

function byContext(one: HintFacts, other: HintFacts): number {
  return compareText(one.context, other.context) || compareText(one.exten, other.exten);
}

function byNumber(one: Draft, other: Draft): number {
  return one.number.localeCompare(other.number, "en", { numeric: true });
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
