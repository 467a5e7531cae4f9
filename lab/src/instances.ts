import { createHash, randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { endAsterisk, findAsterisk, prepareInstance, spawnAsterisk, waitUntilBooted } from "./asterisk-process.ts";
import { labFolders, type LabFolders } from "./cache.ts";
import { ensureChangeRoot, type ChangeRoot, type OnProgress } from "./change-root.ts";
import { LabInstanceError } from "./errors.ts";
import {
  conditionOf,
  instanceFolder,
  readState,
  readStates,
  removeInstance,
  writeState,
  type InstanceState,
  type LabProfile,
  type LabUsers,
} from "./instance-state.ts";
import { LabAsterisk } from "./lab-asterisk.ts";
import { portsNotHeld } from "./listening.ts";
import { lock } from "./lock.ts";
import { choosePorts, type WantedPorts } from "./ports.ts";
import { identityOf, isAlive, type ProcessIdentity } from "./process-identity.ts";
import type { LabVersion } from "./versions.ts";

/** What to start. */
export interface StartOptions {
  readonly version: LabVersion;
  /** Dialplan of the phones; `plain` unless told. */
  readonly profile?: LabProfile;
  /** False: no feature codes in features.conf, as Asterisk comes; AMI's Atxfer is then refused. True unless told. */
  readonly featureCodes?: boolean;
  /** Letters, digits, `-` and `_`; made up unless told. */
  readonly name?: string;
  /** More dialplan, as the text of an extensions.conf: contexts of one's own, or more extensions for `internal`. */
  readonly dialplan?: string;
  /** Ports that must be exactly these. */
  readonly ports?: WantedPorts;
  /** Ports to take where they are free. */
  readonly preferredPorts?: WantedPorts;
  /** The secret of every user; made up unless told. */
  readonly secret?: string;
  /** True: it outlives this process, until somebody says `down`. */
  readonly detached?: boolean;
  /** Told while a change root is built, which happens once. */
  readonly onProgress?: OnProgress;
  /** Where everything is kept. */
  readonly folders?: LabFolders;
}

/**
 * Starts an Asterisk with the lab's configuration, in about a second once its change root is there. Several run side by side.
 *
 * Unless `detached` it ends with {@link LabAsterisk.stop}, or else with this process.
 *
 * @throws LabSetupError, LabInstanceError
 */
export async function startAsterisk(options: StartOptions): Promise<LabAsterisk> {
  const folders = options.folders ?? labFolders();
  // Before a change root is built, which takes long.
  if (options.name !== undefined) instanceFolder(folders, options.name);
  const root = await ensureChangeRoot(options.version, options.onProgress, folders);
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(folders, root, options);
    } catch (error) {
      // Between our look at a port and Asterisk's, anybody may have taken it.
      const unlucky = error instanceof LabInstanceError && error.code === "LAB_PORT_LOST";
      if (!unlucky || tries === 3) throw error;
    }
  }
}

async function startOnce(folders: LabFolders, root: ChangeRoot, options: StartOptions): Promise<LabAsterisk> {
  const state = await reserve(folders, options);
  const folder = instanceFolder(folders, state.name);
  let asterisk: ProcessIdentity | undefined;
  const killWithUs = (): void => {
    if (asterisk && isAlive(asterisk)) process.kill(asterisk.pid, "SIGKILL");
  };
  if (!options.detached) process.once("exit", killWithUs);
  const stop = async (): Promise<void> => {
    process.off("exit", killWithUs);
    if (asterisk) await endAsterisk(asterisk, false);
    await removeInstance(folders, state.name);
  };
  try {
    await prepareInstance(root, folder, state, options.dialplan);
    asterisk = await spawnAsterisk(root, folder);
    await writeState(folders, { ...state, asterisk });
    await waitUntilBooted(asterisk, folder);
    const lost = await portsNotHeld(asterisk.pid, state.ports);
    if (lost.length > 0) {
      throw new LabInstanceError(
        "LAB_PORT_LOST",
        `Asterisk does not listen on ${lost.join(", ")}: another program was quicker.`,
      );
    }
    return new LabAsterisk(folders, { ...state, asterisk }, options.detached ? async () => {} : stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A handle on an Asterisk that is up, whoever started it; stopping the handle stops the handle's phones only.
 *
 * @param name which one; may be left out if there is only one
 * @throws LabInstanceError `LAB_NO_INSTANCE`
 */
export async function attachAsterisk(name?: string, folders: LabFolders = labFolders()): Promise<LabAsterisk> {
  const up = (await readStates(folders)).filter((state) => conditionOf(state) === "up");
  const found = name === undefined ? up.filter((state) => !state.owner) : up.filter((state) => state.name === name);
  const [state, ...more] = found;
  if (!state) {
    const what = name === undefined ? "No Asterisk of the lab is up" : `No Asterisk of the lab named ${name} is up`;
    throw new LabInstanceError("LAB_NO_INSTANCE", `${what}: run \`npm run lab -- up\`.`);
  }
  if (more.length > 0) {
    const names = found.map((one) => one.name).join(", ");
    throw new LabInstanceError("LAB_NO_INSTANCE", `Several are up (${names}): say which one with --name.`);
  }
  return new LabAsterisk(folders, state, async () => {});
}

/** Every instance there is, and how it is. */
export async function listInstances(
  folders: LabFolders = labFolders(),
): Promise<{ state: InstanceState; condition: ReturnType<typeof conditionOf> }[]> {
  return (await readStates(folders)).map((state) => ({ state, condition: conditionOf(state) }));
}

/** Ends an instance and removes its folder. @throws LabInstanceError `LAB_NO_INSTANCE` */
export async function endInstance(name: string, folders: LabFolders = labFolders()): Promise<void> {
  const state = await readState(folders, name);
  if (!state) throw new LabInstanceError("LAB_NO_INSTANCE", `There is no Asterisk of the lab named ${name}.`);
  if (state.asterisk) await endAsterisk(state.asterisk, true);
  await removeInstance(folders, name);
}

/** Ends what is left of instances whose owner or process died, and removes their folders. Returns their names. */
export async function cleanUpStale(folders: LabFolders = labFolders()): Promise<string[]> {
  await using _held = await lock(folders.instances);
  return removeStale(folders);
}

async function removeStale(folders: LabFolders): Promise<string[]> {
  const stale = (await readStates(folders)).filter((state) => conditionOf(state) === "stale");
  for (const state of stale) {
    const asterisk = state.asterisk ?? (await findAsterisk(instanceFolder(folders, state.name)));
    if (asterisk) await endAsterisk(asterisk, false);
    await removeInstance(folders, state.name);
  }
  return stale.map(({ name }) => name);
}

async function reserve(folders: LabFolders, options: StartOptions): Promise<InstanceState> {
  const name = options.name ?? `asterisk-${options.version}-${randomBytes(4).toString("hex")}`;
  await mkdir(folders.instances, { recursive: true });
  await using _held = await lock(folders.instances);
  await removeStale(folders);
  const states = await readStates(folders);
  if (states.some((state) => state.name === name)) {
    throw new LabInstanceError(
      "LAB_NAME_TAKEN",
      `${name} is up already: choose another --name, or run \`npm run lab -- down --name ${name}\`.`,
    );
  }
  const self = identityOf(process.pid);
  if (!self) throw new LabInstanceError("LAB_START_FAILED", "/proc is not mounted: the lab needs it.");
  const ports = await choosePorts(
    options.ports ?? {},
    options.preferredPorts ?? {},
    states.map((state) => state.ports),
    createHash("sha256").update(folders.instances).digest().readUInt16BE(),
  );
  const state: InstanceState = {
    name,
    version: options.version,
    profile: options.profile ?? "plain",
    featureCodes: options.featureCodes ?? true,
    ports,
    users: makeUsers(options.secret),
    startedAt: Date.now(),
    starter: self,
    ...(options.detached ? {} : { owner: self }),
  };
  await removeInstance(folders, name);
  await mkdir(instanceFolder(folders, name), { recursive: true });
  await writeState(folders, state);
  return state;
}

function makeUsers(secret: string | undefined): LabUsers {
  const user = (name: string): { user: string; secret: string } => ({
    user: name,
    secret: secret ?? randomBytes(9).toString("hex"),
  });
  return {
    amiView: user("cordboard-view"),
    amiCall: user("cordboard-call"),
    amiFull: user("cordboard"),
    amiAdmin: user("admin"),
    ari: user("cordboard"),
    ariView: user("cordboard-view"),
  };
}
