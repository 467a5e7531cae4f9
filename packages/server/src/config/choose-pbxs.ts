import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { CordboardError } from "../errors.ts";
import { loadConfig } from "./load-config.ts";
import { DEFAULT_SERVER_CONFIG } from "./schema.ts";
import type { Config, PbxConfig, ServerConfig } from "./schema.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What the command line says about PBXs. */
export interface PbxChoice {
  /** Ids of the configuration, or addresses: `ami://user:secret@host`. */
  readonly pbx?: readonly string[] | undefined;
  /** The configuration file; default `CORDBOARD_CONFIG`, else `cordboard.yaml` where that exists. */
  readonly config?: string | undefined;
}

/** The PBXs that were meant, and where they were named. */
export interface ChosenPbxs {
  /** Empty: nothing is configured; `start` and `watch` show the demo then. */
  readonly pbxs: readonly PbxConfig[];
  readonly server: ServerConfig;
  /** Where the server keeps its data. */
  readonly storageFolder: string;
  /** Variables to set instead of the secrets that stood on the command line, where `ps` and the shell's history show them. */
  readonly exposedSecrets: readonly string[];
}

const DEFAULT_FILE = "cordboard.yaml";

/**
 * Finds the PBXs: `--pbx`, else `CORDBOARD_PBX` (addresses, separated by spaces), else all of the configuration.
 * @throws CordboardError `PBX_UNKNOWN`, `PBX_URL_INVALID`, `CONFIG_UNREADABLE`; ConfigError
 */
export function choosePbxs(choice: PbxChoice, env: Env, exists: (file: string) => boolean = existsSync): ChosenPbxs {
  const file = choice.config ?? env["CORDBOARD_CONFIG"] ?? (exists(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  const named = choice.pbx ?? [];
  const wanted = named.length > 0 ? named : (env["CORDBOARD_PBX"] ?? "").split(/\s+/).filter((word) => word !== "");
  const addressesOnly = wanted.length > 0 && wanted.every(isAddress);
  // A broken file in the folder must not stop someone who names an address and no file.
  const config =
    file === undefined || (addressesOnly && choice.config === undefined) ? undefined : loadConfig(file, env);
  if (wanted.length === 0) {
    return { pbxs: config?.pbxs ?? [], ...serverOf(config, env), exposedSecrets: [] };
  }
  const pbxs: PbxConfig[] = [];
  const byTheirIds = [...new Set(wanted)].filter((word) => !isAddress(word)).map((word) => byId(word, config, file));
  for (const word of new Set(wanted)) {
    const found = isAddress(word) ? fromAddress(word, env, [...pbxs, ...byTheirIds]) : byId(word, config, file);
    pbxs.push(found);
  }
  return {
    pbxs,
    ...serverOf(config, env),
    exposedSecrets: [...new Set(named.flatMap(exposedSecret))],
  };
}

function serverOf(config: Config | undefined, env: Env): Pick<ChosenPbxs, "server" | "storageFolder"> {
  return { server: config ?? DEFAULT_SERVER_CONFIG, storageFolder: config?.storage.folder ?? stateFolder(env) };
}

/** The folder for data of one user, by the XDG Base Directory Specification. */
function stateFolder(env: Env): string {
  const state = env["XDG_STATE_HOME"] ?? "";
  return join(isAbsolute(state) ? state : join(env["HOME"] ?? homedir(), ".local", "state"), "cordboard");
}

/**
 * The one PBX a command works on.
 * @throws CordboardError `PBX_MISSING` without any, `PBX_AMBIGUOUS` with several
 */
export function onePbx(pbxs: readonly PbxConfig[]): PbxConfig {
  const [only] = pbxs;
  if (only === undefined) {
    throw new CordboardError(
      "PBX_MISSING",
      'No PBX is named. Say which: --pbx ami://user@host with the secret in AMI_SECRET, or write a configuration with "cordboard init".',
    );
  }
  if (pbxs.length > 1) {
    throw new CordboardError(
      "PBX_AMBIGUOUS",
      `Several PBXs are named and this command works on one: ${pbxs.map((pbx) => (pbx.name === undefined ? pbx.id : `${pbx.id} (${pbx.name})`)).join(", ")}. Say which: --pbx with its id in the configuration, or with its address.`,
    );
  }
  return only;
}

/** An AMI and an ARI address of the command line as one PBX: a command that needs both takes them so. */
export function joinAddresses(pbxs: readonly PbxConfig[]): readonly PbxConfig[] {
  const [ami, other] = pbxs.filter((pbx) => pbx.ami !== undefined && pbx.ari === undefined);
  const [ari] = pbxs.filter((pbx) => pbx.ami === undefined);
  if (pbxs.length !== 2 || ami === undefined || other !== undefined || ari?.ari === undefined) return pbxs;
  return [{ ...ami, ari: ari.ari }];
}

function isAddress(word: string): boolean {
  return /^[a-z]+:\/\//i.test(word);
}

function byId(id: string, config: Config | undefined, file: string | undefined): PbxConfig {
  const found = config?.pbxs.find((pbx) => pbx.id === id);
  if (found !== undefined) return found;
  const known =
    config === undefined
      ? "there is no configuration, so it must be an address: ami://user@host"
      : `${file ?? ""} has ${config.pbxs.map((pbx) => pbx.id).join(", ")}`;
  throw new CordboardError("PBX_UNKNOWN", `No PBX is named "${id}"; ${known}.`);
}

const DEFAULT_SECRETS: Readonly<Record<string, string>> = {
  "ami:": "AMI_SECRET",
  "amis:": "AMI_SECRET",
  "http:": "ARI_SECRET",
  "https:": "ARI_SECRET",
};

function exposedSecret(word: string): string[] {
  const url = isAddress(word) ? URL.parse(word) : null;
  const variable = DEFAULT_SECRETS[url?.protocol ?? ""];
  return variable === undefined || (url?.password ?? "") === "" ? [] : [variable];
}

function fromAddress(address: string, env: Env, others: readonly PbxConfig[]): PbxConfig {
  const url = URL.parse(address);
  const variable = DEFAULT_SECRETS[url?.protocol ?? ""];
  // The address is not repeated: it may hold a secret.
  if (url === null || variable === undefined || url.hostname === "") {
    throw new CordboardError(
      "PBX_URL_INVALID",
      "The address given for a PBX cannot be read. It looks like ami://user:secret@host:5038 (amis:// for TLS, http:// for ARI); percent-encode @, / and : in the secret, or leave it out and set AMI_SECRET.",
    );
  }
  if (url.username === "") {
    throw new CordboardError(
      "PBX_URL_INVALID",
      `The address ${url.protocol}//${url.host} has no user name. It looks like ${url.protocol}//user@${url.host}, with the secret in ${variable}.`,
    );
  }
  if (url.password === "") {
    const secret = env[variable];
    if (secret === undefined || secret === "") {
      throw new CordboardError(
        "ENV_MISSING",
        `The address ${url.protocol}//${url.username}@${url.host} has no secret and the environment variable ${variable} is not set. Set it: export ${variable}=…`,
      );
    }
    url.password = encodeURIComponent(secret);
  }
  const isAri = url.protocol.startsWith("http");
  const base =
    url.hostname
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 28) || "pbx";
  let id = base;
  for (let number = 2; others.some((pbx) => pbx.id === id); number++) id = `${base}-${number}`;
  return { id, name: url.host, ...(isAri ? { ari: url.href } : { ami: url.href }) };
}
