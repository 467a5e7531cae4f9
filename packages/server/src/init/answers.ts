import { createSocket } from "node:dgram";
import { CordboardError } from "../errors.ts";
import { newToken } from "../http/page-token.ts";
import type { Asker } from "./ask.ts";
import type { ConfigAnswers } from "./config-text.ts";
import type { Level } from "./levels.ts";

/** What the command line says already. */
export interface InitChoices {
  readonly id?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: boolean;
  readonly user?: string;
  readonly level?: Level;
  readonly ari?: boolean;
  readonly ariUser?: string;
  readonly ariPort?: number;
  readonly from?: string;
  readonly secrets?: "env" | "config";
}

/** All that init needs to know. */
export interface Answers extends ConfigAnswers {
  readonly from: string;
  /** False when the secrets were made up now, so that Asterisk cannot know them yet. */
  readonly known: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Asks for what the command line does not say; secrets come from the environment, or are made up.
 * @throws CordboardError `USAGE` for a choice that cannot be, `INTERRUPTED`
 */
export async function askAll(env: Env, options: InitChoices, asker: Asker): Promise<Answers> {
  const ask = async (
    given: string | undefined,
    question: string,
    fallback: string,
    check?: (answer: string) => string | undefined,
  ): Promise<string> => {
    if (given === undefined) return asker.text(question, fallback, check);
    const wrong = check?.(given);
    if (wrong !== undefined) throw new CordboardError("USAGE", `${question}: ${wrong}`);
    return given;
  };
  const host = await ask(options.host, "Host name or address of the PBX", "127.0.0.1", (answer) =>
    /^[\w.:-]+$/.test(answer) ? undefined : "It must be a host name or an IP address.",
  );
  const loopback = ["127.0.0.1", "localhost", "::1"].includes(host);
  const id = await ask(options.id, "Short name for it", loopback ? "pbx" : idFrom(host), (answer) =>
    /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(answer) ? undefined : "It must be 1 to 32 of a-z, 0-9 and -.",
  );
  const level = (await ask(options.level, "What should it be able to do: view, call or full", "view", (answer) =>
    ["view", "call", "full"].includes(answer) ? undefined : "Say view, call or full.",
  )) as Level;
  const tls =
    options.tls ?? (options.port === undefined && !loopback && (await asker.yes("Is AMI secured by TLS there", false)));
  const user = await ask(options.user, "AMI user", "cordboard", plainName);
  const ari =
    options.ari === true || level === "full" || (await asker.yes("Connect ARI too (for Stasis applications)", false));
  const ariUser = ari ? await ask(options.ariUser, "ARI user", "cordboard", plainName) : "";
  const from = await ask(
    options.from,
    "Address of this machine as the PBX sees it",
    loopback ? "127.0.0.1" : await ownAddress(host),
    (answer) => (/^[\d.]+$|^[\da-f:]+$/i.test(answer) ? undefined : "It must be an IP address."),
  );
  const secrets = (await ask(
    options.secrets,
    "Where should the secrets stand: env (cordboard.env) or config (cordboard.yaml)",
    "env",
    (answer) => (["env", "config"].includes(answer) ? undefined : "Say env or config."),
  )) as "env" | "config";
  const given = env["AMI_SECRET"] ?? "";
  const wrong = /['\r\n]|^\s|\s$/.test(given + (env["ARI_SECRET"] ?? ""));
  if (wrong)
    throw new CordboardError("USAGE", "A secret must not hold a quote or a line break, nor begin or end with a space.");
  return {
    id,
    host,
    tls,
    user,
    level,
    from,
    secrets,
    port: options.port ?? (tls ? 5039 : 5038),
    secret: given === "" ? newToken() : given,
    known: given !== "",
    ...(ari
      ? {
          ari: {
            user: ariUser,
            password: (env["ARI_SECRET"] ?? "") === "" ? newToken() : (env["ARI_SECRET"] ?? ""),
            port: options.ariPort ?? 8088,
          },
        }
      : {}),
  };
}

function plainName(answer: string): string | undefined {
  return /^[\w.-]{1,64}$/.test(answer) && answer !== "general"
    ? undefined
    : "It must be letters, digits, dots, - and _.";
}

function idFrom(host: string): string {
  const [first = ""] = host.toLowerCase().split(".");
  return /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/.test(first) ? first : "pbx";
}

/** The address from which this machine would talk to the host; nothing is sent. */
async function ownAddress(host: string): Promise<string> {
  const socket = createSocket("udp4");
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on("error", () => resolve("127.0.0.1"));
  socket.connect(5038, host, () => resolve(socket.address().address));
  const address = await promise;
  socket.close();
  return address;
}
