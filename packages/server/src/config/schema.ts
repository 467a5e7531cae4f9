import { z } from "zod";

const PBX_ID = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const ORIGIN_ERROR = "is no origin such as https://crm.example.com (scheme, host and port alone)";
const LOG_LEVELS = ["error", "warn", "info", "debug", "silent"] as const;
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/;

/** What a browser sends as `Origin`. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.origin === text;
}

function urlOf(...protocols: string[]): z.ZodString {
  const list = protocols.map((protocol) => `${protocol}//`).join(" or ");
  return z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ""), {
    error: `is no URL that begins with ${list} (a secret with @, / or : in it is percent-encoded, or comes from \${ENV})`,
  });
}

const tlsSchema = z.strictObject({
  ca: z.string().min(1).optional(),
  certificate: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
  serverName: z.string().regex(HOST_NAME, "is no host name").optional(),
});

const pbxSchema = z.strictObject({
  id: z.string().regex(PBX_ID, "must be 1 to 32 of a-z, 0-9 and -, and neither begin nor end with -"),
  name: z.string().min(1).max(80).optional(),
  ami: urlOf("ami:", "amis:"),
  ari: urlOf("http:", "https:").optional(),
  tls: tlsSchema.optional(),
  etc: z.string().min(1).optional(),
  level: z.enum(["view", "call", "full"]).optional(),
});

const httpSchema = z.strictObject({
  address: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).optional(),
  allowedHosts: z.array(z.string().regex(HOST_NAME, "is no host name")).default([]),
  token: z.string().min(24, "must have at least 24 characters").optional(),
  allowedOrigins: z.array(z.string().refine(isOrigin, ORIGIN_ERROR)).default([]),
  requestsPerMinute: z.int().min(1).max(1_000_000).default(600),
});

const storageSchema = z.strictObject({ folder: z.string().min(1).optional() });
const eventsSchema = z.strictObject({
  keepHours: z.int().min(1).max(8760).default(24),
  keepMegabytes: z.int().min(1).max(1_000_000).default(512),
});
const callHistorySchema = z.strictObject({ keepDays: z.int().min(1).max(36_500).default(365) });
const logSchema = z.strictObject({ level: z.enum(LOG_LEVELS).default("info") });

/** The whole of `cordboard.yaml`. docs/configuration.md explains each key; a test compares the two. */
export const configSchema: z.ZodType<Config> = z.strictObject({
  pbxs: z.array(pbxSchema).min(1, "needs at least one PBX"),
  http: httpSchema.prefault({}),
  storage: storageSchema.prefault({}),
  events: eventsSchema.prefault({}),
  callHistory: callHistorySchema.prefault({}),
  log: logSchema.prefault({}),
});

/** TLS of one PBX's connections; the three files are PEM, relative to the configuration file. */
export interface TlsConfig {
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** The name the PBX's certificate must bear, where it is not the host of the URL. */
  readonly serverName?: string | undefined;
}

/** One Asterisk. `ami` and `ari` hold secrets: never print them. */
export interface PbxConfig {
  readonly id: string;
  /** For people; without it the id. */
  readonly name?: string | undefined;
  /** Always there in a file; absent for an ARI address of the command line. */
  readonly ami?: string | undefined;
  readonly ari?: string | undefined;
  readonly tls?: TlsConfig | undefined;
  /** Folder with the PBX's configuration files, if this machine can read them. */
  readonly etc?: string | undefined;
  /** What its users are meant to be able to do; doctor measures them by it. Default `view`. */
  readonly level?: "view" | "call" | "full" | undefined;
}

/** Where page and API are served, and to whom. Without `port`: 8000, or the next free one. */
export interface HttpConfig {
  readonly address: string;
  readonly port?: number | undefined;
  readonly allowedHosts: readonly string[];
  /** Of the live page. */
  readonly token?: string | undefined;
  /** Origins whose pages may call the API. */
  readonly allowedOrigins: readonly string[];
  /** Of each token. */
  readonly requestsPerMinute: number;
}

/** How much of the event log is kept: what is older, or beyond this size, goes. */
interface EventsConfig {
  readonly keepHours: number;
  /** In units of 1024 × 1024 bytes. */
  readonly keepMegabytes: number;
}

/** What the server needs beside the PBXs. */
export interface ServerConfig {
  readonly http: HttpConfig;
  readonly events: EventsConfig;
  readonly callHistory: { readonly keepDays: number };
  readonly log: { readonly level: (typeof LOG_LEVELS)[number] };
}

/** A valid configuration, references to the environment already replaced. */
export interface Config extends ServerConfig {
  readonly pbxs: readonly PbxConfig[];
  /** Without a folder: `cordboard-data` beside the file. */
  readonly storage: { readonly folder?: string | undefined };
}

/** What counts where there is no configuration. */
export const DEFAULT_SERVER_CONFIG: ServerConfig = {
  http: httpSchema.parse({}),
  events: eventsSchema.parse({}),
  callHistory: callHistorySchema.parse({}),
  log: logSchema.parse({}),
};

/** Keys allowed at each place, for suggestions and for the test of the documentation; `[]` stands for a list's items. */
export const CONFIG_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["pbxs", "http", "storage", "events", "callHistory", "log"],
  "pbxs[]": Object.keys(pbxSchema.shape),
  "pbxs[].tls": Object.keys(tlsSchema.shape),
  http: Object.keys(httpSchema.shape),
  storage: Object.keys(storageSchema.shape),
  events: Object.keys(eventsSchema.shape),
  callHistory: Object.keys(callHistorySchema.shape),
  log: Object.keys(logSchema.shape),
};

/** Values in which a reference is part of a URL and is percent-encoded when it is inserted. */
export const URL_KEYS: ReadonlySet<string> = new Set(["ami", "ari"]);
