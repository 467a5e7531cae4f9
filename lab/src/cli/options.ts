import { parseArgs } from "node:util";
import { LabUsageError } from "../errors.ts";
import { labVersions, type LabVersion } from "../versions.ts";
import type { WantedPorts } from "../ports.ts";

/** A command line, read. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly name?: string;
  /** Undefined: not said. */
  readonly version?: LabVersion;
  readonly profile: "plain" | "freepbx";
  readonly featureCodes: boolean;
  readonly ports: WantedPorts;
  readonly secret?: string;
  /** A file of more dialplan. */
  readonly dialplan?: string;
  readonly seconds: number;
  /** How long a scenario stands still after each step, in milliseconds. */
  readonly pauseMs: number;
  readonly lines: number;
  /** Of a load test. */
  readonly calls: number;
  /** Calls a second. */
  readonly rate: number;
  readonly all: boolean;
  readonly list: boolean;
  readonly follow: boolean;
  readonly json: boolean;
}

const portOptions = {
  "ami-port": "ami",
  "ami-tls-port": "amiTls",
  "http-port": "http",
  "https-port": "https",
  "sip-port": "sip",
  "chan-sip-port": "chanSip",
} as const;

/**
 * Reads the words behind `npm run lab --`.
 *
 * @throws LabUsageError
 */
export function readCommandLine(words: readonly string[]): CommandLine {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals } = parse({
    args: [...words],
    allowPositionals: true,
    options: {
      name: text,
      asterisk: text,
      profile: text,
      secret: text,
      dialplan: text,
      seconds: text,
      pause: text,
      lines: text,
      calls: text,
      rate: text,
      "ami-port": text,
      "ami-tls-port": text,
      "http-port": text,
      "https-port": text,
      "sip-port": text,
      "chan-sip-port": text,
      "no-feature-codes": flag,
      all: flag,
      list: flag,
      follow: flag,
      json: flag,
      help: { ...flag, short: "h" },
    },
  });
  const profile = values.profile ?? "plain";
  if (profile !== "plain" && profile !== "freepbx")
    throw new LabUsageError(`--profile is plain or freepbx, not "${profile}".`);
  const version = values.asterisk === undefined ? undefined : labVersions.find((one) => `${one}` === values.asterisk);
  if (values.asterisk !== undefined && version === undefined) {
    throw new LabUsageError(`--asterisk is ${labVersions.join(" or ")}, not "${values.asterisk}".`);
  }
  const ports: Record<string, number> = {};
  for (const [option, kind] of Object.entries(portOptions)) {
    const said = values[option as keyof typeof portOptions];
    if (said !== undefined) ports[kind] = numberIn(option, said, 1, 65_535);
  }
  return {
    command: values.help ? "help" : (positionals[0] ?? "help"),
    args: positionals.slice(1),
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(version === undefined ? {} : { version }),
    profile,
    featureCodes: !values["no-feature-codes"],
    ports,
    ...(values.secret === undefined ? {} : { secret: secretIn(values.secret) }),
    ...(values.dialplan === undefined ? {} : { dialplan: values.dialplan }),
    seconds: numberIn("seconds", values.seconds ?? (positionals[0] === "load" ? "2" : "20"), 1, 3600),
    calls: numberIn("calls", values.calls ?? "100", 1, 1_000_000),
    rate: numberIn("rate", values.rate ?? "10", 1, 1000),
    pauseMs: numberIn("pause", values.pause ?? "1000", 0, 60_000),
    lines: numberIn("lines", values.lines ?? "40", 1, 100_000),
    all: values.all,
    list: values.list,
    follow: values.follow,
    json: values.json,
  };
}

const parse: typeof parseArgs = (config) => {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new LabUsageError(`${(cause as Error).message.split(". To specify")[0]}. Run \`npm run lab -- help\`.`);
  }
};

function numberIn(option: string, said: string, least: number, most: number): number {
  const value = Number(said);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new LabUsageError(`--${option} is a whole number from ${least} to ${most}, not "${said}".`);
}

function secretIn(said: string): string {
  if (/^[\w.~-]{4,100}$/u.test(said)) return said;
  throw new LabUsageError("--secret takes 4 to 100 letters, digits and . _ ~ -");
}

/** What `help` prints. */
export const helpText = `The lab: a real Asterisk on this machine, and phones that call each other.

  up        start an Asterisk                 --asterisk 22|16 (22)  --name N
            and print how to connect to it    --profile plain|freepbx
            --ami-port P --ami-tls-port P --http-port P --https-port P
            --sip-port P --chan-sip-port P --secret S --no-feature-codes
            --dialplan FILE (adds it to the lab's extensions.conf)
  status    all Asterisks of the lab          --name N: how to connect to it
  down      end it                            --name N | --all
  call A B  phone A calls phone B             --seconds 20
  scenario NAME   play a named scenario       --pause 1000 (ms after each step)
  scenario --list                             their names
  load      many calls at once, by SIPp       --calls 100 --rate 10 --seconds 2
  numbers   what can be dialled
  cli "core show channels"                    any command of Asterisk's CLI
  logs      the end of Asterisk's log         --lines 40 --follow
  install   debootstrap and both change roots

  --name N says which Asterisk, if several are up. --json is for programs.
  The lab needs root and Debian. Everything listens on the loopback only.`;
