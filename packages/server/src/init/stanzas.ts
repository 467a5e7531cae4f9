import { LEVELS, classNames } from "./levels.ts";
import type { Level } from "./levels.ts";

/** What the stanzas depend on. */
export interface StanzaOptions {
  readonly level: Level;
  /** AMI user. */
  readonly user: string;
  /** Undefined: it came from the environment and is not shown again. */
  readonly secret: string | undefined;
  readonly port: number;
  readonly tls: boolean;
  /** Address that AMI sees us come from; the user is allowed from there alone. */
  readonly from: string;
  readonly ari?: { readonly user: string; readonly password: string | undefined; readonly port: number } | undefined;
}

/** What belongs into one file of Asterisk, and how it takes effect. */
export interface Stanza {
  readonly file: "manager.conf" | "http.conf" | "ari.conf";
  readonly lines: readonly string[];
  readonly afterwards: string;
}

/** The stanzas for Asterisk's files: the least rights that do what the level says, each explained in a line. */
export function stanzas(options: StanzaOptions): Stanza[] {
  const { level, user, secret, port, tls, from, ari } = options;
  const { read, write, title } = LEVELS[level];
  const explain = (classes: Readonly<Record<string, string>>): string[] =>
    Object.entries(classes).map(([name, why]) => `;   ${name.padEnd(10)} ${why}`);
  const loopback = from === "127.0.0.1";
  const manager: Stanza = {
    file: "manager.conf",
    lines: [
      "[general]",
      "enabled = yes",
      ...(tls
        ? [
            "tlsenable = yes",
            `tlsbindaddr = 0.0.0.0:${port}`,
            "tlscertfile = /etc/asterisk/keys/asterisk.pem",
            "tlsprivatekey = /etc/asterisk/keys/asterisk.key",
          ]
        : [`port = ${port}`, `bindaddr = ${loopback ? "127.0.0.1" : "0.0.0.0   ; behind a firewall only"}`]),
      "",
      `; Cordboard, "${level}": ${title}`,
      `[${user}]`,
      `secret = ${confValue(secret, "AMI_SECRET")}`,
      "deny = 0.0.0.0/0.0.0.0",
      ...(from.includes(":") ? ["deny = ::/0", `permit = ${from}/128`] : [`permit = ${from}/255.255.255.255`]),
      "; what it is told:",
      ...explain(read),
      `read = ${classNames(read).join(",")}`,
      "; what it may do:",
      ...explain(write),
      `write = ${classNames(write).join(",")}`,
      "; a hiccup of the network shorter than this (in ms) costs no connection; the default is 100",
      "writetimeout = 5000",
    ],
    afterwards: "asterisk -rx 'manager reload'",
  };
  if (ari === undefined) return [manager];
  return [
    manager,
    {
      file: "http.conf",
      lines: [
        "[general]",
        "enabled = yes",
        `bindaddr = ${loopback ? "127.0.0.1" : "0.0.0.0   ; behind a firewall only"}`,
        `bindport = ${ari.port}`,
      ],
      afterwards: "asterisk -rx 'module reload http'",
    },
    {
      file: "ari.conf",
      lines: [
        "[general]",
        "enabled = yes",
        "",
        `[${ari.user}]`,
        "type = user",
        `password = ${confValue(ari.password, "ARI_SECRET")}`,
        "; no: it may also change things",
        "read_only = no",
      ],
      afterwards: "asterisk -rx 'module reload res_ari.so'",
    },
  ];
}

/** A `;` begins a comment in Asterisk's files unless a backslash stands before it (main/config.c). */
function confValue(text: string | undefined, variable: string): string {
  if (text === undefined) return `<what ${variable} holds>`;
  return text.replaceAll(";", "\\;");
}
