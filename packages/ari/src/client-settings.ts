import { type AriAddress, parseAriUrl } from "./ari-url.ts";
import { AriArgumentError } from "./errors.ts";
import { basicAuthorization } from "./http-transport.ts";
import { type PingSettings, pingSettings } from "./peer-watch.ts";
import type { AriClientOptions, AriEventFilter, AriTlsOptions } from "./options.ts";
import { milliseconds } from "./time-limit.ts";

/** The options with all defaults filled in, checked. */
export interface ClientSettings {
  readonly address: AriAddress;
  readonly authorization: string;
  readonly apps: readonly string[];
  readonly subscribeAll: boolean;
  readonly rest: "http" | "websocket";
  readonly tls: AriTlsOptions | undefined;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly ping: PingSettings;
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
  readonly maxConnections: number;
  readonly maxMessageBytes: number;
  /** By application, as `PUT eventFilter` takes it. */
  readonly filters: ReadonlyMap<string, AriEventFilter>;
}

const bad = (message: string): AriArgumentError => new AriArgumentError("ARI_BAD_OPTION", message);

function positive(name: string, value: number | undefined, fallback: number): number {
  const number = value ?? fallback;
  if (number > 0 && !Number.isNaN(number)) return number;
  throw bad(`The option ${name} must be a number above 0.`);
}

function appNames(apps: AriClientOptions["apps"]): readonly string[] {
  const names = typeof apps === "string" ? [apps] : (apps ?? []);
  for (const name of names) {
    if (name === "" || name.includes(","))
      throw bad("An application's name must not be empty or hold a comma; give several as an array.");
  }
  return [...new Set(names)];
}

function filtersFor(
  apps: readonly string[],
  filter: AriClientOptions["eventFilter"],
): ReadonlyMap<string, AriEventFilter> {
  if (filter === undefined) return new Map();
  const isOne = Object.values(filter).every((value) => Array.isArray(value));
  const byApp = isOne
    ? Object.fromEntries(apps.map((app) => [app, filter as AriEventFilter]))
    : (filter as Readonly<Record<string, AriEventFilter>>);
  for (const app of Object.keys(byApp))
    if (!apps.includes(app)) throw bad(`The option eventFilter names ${app}, which is not in apps.`);
  return new Map(Object.entries(byApp));
}

/** @throws {AriArgumentError} `ARI_BAD_OPTION`, which never repeats a password. */
export function clientSettings(options: AriClientOptions): ClientSettings {
  const parsed = parseAriUrl(options.url);
  const { username = options.username, password = options.password, ...address } = parsed;
  const user = options.username ?? username;
  const secret = options.password ?? password;
  if (user === undefined || user === "" || secret === undefined)
    throw bad("ARI needs a user and a password: the options username and password, or both in the URL.");
  if (user.includes(":")) throw bad("The user name holds a colon, which HTTP Basic cannot carry.");
  const apps = appNames(options.apps);
  return {
    address,
    authorization: basicAuthorization(user, secret),
    apps,
    subscribeAll: options.subscribeAll ?? false,
    rest: options.rest ?? "http",
    tls: options.tls,
    connectTimeoutMs: milliseconds("connectTimeoutMs", options.connectTimeoutMs, 10_000),
    timeoutMs: milliseconds("timeoutMs", options.timeoutMs, 10_000),
    ping: pingSettings(options.ping),
    reconnect: {
      minMs: milliseconds("reconnect.minMs", options.reconnect?.minMs, 200),
      maxMs: milliseconds("reconnect.maxMs", options.reconnect?.maxMs, 10_000),
    },
    maxConnections: positive("maxConnections", options.maxConnections, 16),
    maxMessageBytes: positive("maxMessageBytes", options.maxMessageBytes, 16 * 1_024 * 1_024),
    filters: filtersFor(apps, options.eventFilter),
  };
}
