import { readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabFolders } from "./cache.ts";
import { LabInstanceError } from "./errors.ts";
import type { LabPorts } from "./ports.ts";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";
import type { LabVersion } from "./versions.ts";

/** Which dialplan the phones of an instance use: the lab's plain one, or one in FreePBX's shapes. */
export type LabProfile = "plain" | "freepbx";

/** A user and its secret. */
export interface LabUser {
  readonly user: string;
  readonly secret: string;
}

/** The users of AMI and ARI, by what they may do. */
export interface LabUsers {
  /** AMI: sees everything, changes nothing. */
  readonly amiView: LabUser;
  /** AMI: `view`, and makes and controls calls. */
  readonly amiCall: LabUser;
  /** AMI: `call`, and what needs class `system` (DialplanExtensionAdd, PJSIPNotify, MixMonitor, MuteAudio). */
  readonly amiFull: LabUser;
  /** AMI: every class there is. */
  readonly amiAdmin: LabUser;
  /** ARI: everything. */
  readonly ari: LabUser;
  /** ARI: reads only. */
  readonly ariView: LabUser;
}

/** What is written down about one Asterisk of the lab, so that any process can find and end it. */
export interface InstanceState {
  readonly name: string;
  readonly version: LabVersion;
  readonly profile: LabProfile;
  /** False: no feature codes in features.conf, as Asterisk comes. */
  readonly featureCodes: boolean;
  readonly ports: LabPorts;
  readonly users: LabUsers;
  /** Milliseconds since 1970 (UTC) at which it was started. */
  readonly startedAt: number;
  /** Asterisk; undefined while it is being started. */
  readonly asterisk?: ProcessIdentity;
  /** Who ends it: when that process is gone, the instance is stale. Undefined: it stays until somebody says `down`. */
  readonly owner?: ProcessIdentity;
  /** Who is starting it. */
  readonly starter: ProcessIdentity;
}

/** `up`: it runs. `starting`: it will. `stale`: what is left of one that died or whose owner did. */
export type InstanceCondition = "up" | "starting" | "stale";

/** Judges what was written down by the processes there are. */
export function conditionOf(
  state: InstanceState,
  alive: (identity: ProcessIdentity) => boolean = isAlive,
): InstanceCondition {
  if (state.owner && !alive(state.owner)) return "stale";
  if (state.asterisk) return alive(state.asterisk) ? "up" : "stale";
  return alive(state.starter) ? "starting" : "stale";
}

/** The folder of an instance, which `down` removes: a name is no way out of it. @throws LabInstanceError `LAB_NAME_TAKEN` */
export function instanceFolder(folders: LabFolders, name: string): string {
  if (!/^[\w-]{1,60}$/u.test(name)) {
    throw new LabInstanceError("LAB_NAME_TAKEN", `"${name}" cannot be a name: use letters, digits, - and _.`);
  }
  return join(folders.instances, name);
}

/** Writes the state down, in one step. */
export async function writeState(folders: LabFolders, state: InstanceState): Promise<void> {
  const file = join(instanceFolder(folders, state.name), "state.json");
  await writeFile(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The state of one instance; undefined if there is none of that name. */
export async function readState(folders: LabFolders, name: string): Promise<InstanceState | undefined> {
  try {
    return JSON.parse(await readFile(join(instanceFolder(folders, name), "state.json"), "utf8")) as InstanceState;
  } catch {
    return undefined;
  }
}

/** All instances there are, oldest first. */
export async function readStates(folders: LabFolders): Promise<InstanceState[]> {
  const names = await readdir(folders.instances).catch(() => []);
  const states = await Promise.all(names.map((name) => readState(folders, name)));
  return states.filter((state) => state !== undefined).sort((a, b) => a.startedAt - b.startedAt);
}

/** Removes all that is left of an instance whose processes are gone. */
export async function removeInstance(folders: LabFolders, name: string): Promise<void> {
  await rm(instanceFolder(folders, name), { recursive: true, force: true });
}
