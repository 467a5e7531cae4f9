import { z } from "zod";

const PBX_ID = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/;

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
});

/** The whole of `cordboard.yaml`. docs/configuration.md explains each key; a test compares the two. */
export const configSchema: z.ZodType<Config> = z.strictObject({
  pbxs: z.array(pbxSchema).min(1, "needs at least one PBX"),
  http: httpSchema.prefault({}),
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

/** Where the live page is served. Without `port`: 8000, or the next free one. */
export interface HttpConfig {
  readonly address: string;
  readonly port?: number | undefined;
  readonly allowedHosts: readonly string[];
  readonly token?: string | undefined;
}

/** A valid configuration, references to the environment already replaced. */
export interface Config {
  readonly pbxs: readonly PbxConfig[];
  readonly http: HttpConfig;
}

/** Keys allowed at each place, for suggestions and for the test of the documentation; `[]` stands for a list's items. */
export const CONFIG_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["pbxs", "http"],
  "pbxs[]": Object.keys(pbxSchema.shape),
  "pbxs[].tls": Object.keys(tlsSchema.shape),
  http: Object.keys(httpSchema.shape),
};

/** Values in which a reference is part of a URL and is percent-encoded when it is inserted. */
export const URL_KEYS: ReadonlySet<string> = new Set(["ami", "ari"]);
