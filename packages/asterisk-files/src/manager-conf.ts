import { accessRules, type AccessRule } from "./access-rule.ts";
import type { ConfSection, ConfTree } from "./conf-tree.ts";
import type { Position, Problem } from "./errors.ts";
import { readClasses, type ManagerClasses } from "./manager-classes.ts";
import { ProblemList } from "./problem-list.ts";
import {
  booleanSetting,
  numberSetting,
  secretSetting,
  textSetting,
  type SecretSetting,
  type Setting,
} from "./setting.ts";

/** `[general]` of manager.conf. */
export interface ManagerGeneral {
  /** Default no. */
  readonly enabled: Setting<boolean>;
  /** Default 5038. */
  readonly port: Setting<number>;
  /** Undefined: all addresses. */
  readonly bindaddr: Setting<string | undefined>;
  /** AMI over HTTP; default no. Needs http.conf as well. */
  readonly webenabled: Setting<boolean>;
  /** Default no. */
  readonly tlsenable: Setting<boolean>;
  /** Undefined: `bindaddr` and port 5039. */
  readonly tlsbindaddr: Setting<string | undefined>;
  readonly tlscertfile: Setting<string | undefined>;
  /** Default yes. No: a second login of one user is refused. */
  readonly allowmultiplelogin: Setting<boolean>;
  /** Default no. Yes: events carry their time. */
  readonly timestampevents: Setting<boolean>;
  /** Seconds that a login may take; default 30. */
  readonly authtimeout: Setting<number>;
  /** Connections that are not logged in yet; default 50. */
  readonly authlimit: Setting<number>;
  /** Events that are never sent, as written. */
  readonly disabledevents: Setting<string | undefined>;
}

/** A user of manager.conf. */
export interface ManagerUser {
  readonly name: string;
  readonly at: Position;
  readonly secret: SecretSetting | undefined;
  /** Classes of events that it sees. */
  readonly read: Setting<ManagerClasses>;
  /** Classes of actions that it may take. */
  readonly write: Setting<ManagerClasses>;
  /** Milliseconds for which a full socket is borne with; default and least: 100. */
  readonly writetimeout: Setting<number>;
  readonly allowmultiplelogin: Setting<boolean>;
  readonly access: readonly AccessRule[];
  /** `eventfilter` lines, in order. */
  readonly eventfilters: readonly Setting<string>[];
}

/** What manager.conf says. */
export interface ManagerConf {
  readonly general: ManagerGeneral;
  readonly users: readonly ManagerUser[];
  readonly problems: readonly Problem[];
  user(name: string): ManagerUser | undefined;
}

/** Reads manager.conf by the rules of Asterisk's main/manager.c (16 to 23). */
export function readManagerConf(conf: ConfTree): ManagerConf {
  const problems = new ProblemList();
  const general = readGeneral(conf, problems);
  const sections = new Map<string, ConfSection[]>();
  for (const section of conf.sections) {
    const key = section.name.toLowerCase();
    if (section.template || key === "general") continue;
    const same = sections.get(key);
    if (same === undefined) sections.set(key, [section]);
    else same.push(section);
  }
  const users = Array.from(sections.values(), (same) => readUser(same, general, problems));
  return {
    general,
    users,
    problems: problems.all,
    user: (name) => users.find((user) => user.name.toLowerCase() === name.toLowerCase()),
  };
}

function readGeneral(conf: ConfTree, problems: ProblemList): ManagerGeneral {
  const found = conf.section("general");
  const section = found ? [found] : [];
  const seconds = { min: 1, max: 2_147_483_647 };
  return {
    enabled: booleanSetting(section, ["enabled"], false),
    port: numberSetting(section, "port", { byDefault: 5038, min: 1024, max: 65_535 }, problems),
    bindaddr: textSetting(section, ["bindaddr"]),
    webenabled: booleanSetting(section, ["webenabled"], false),
    tlsenable: booleanSetting(section, ["tlsenable", "sslenable"], false),
    tlsbindaddr: textSetting(section, ["tlsbindaddr", "sslbindaddr"]),
    tlscertfile: textSetting(section, ["tlscertfile", "tlscert", "sslcert"]),
    allowmultiplelogin: booleanSetting(section, ["allowmultiplelogin"], true),
    timestampevents: booleanSetting(section, ["timestampevents"], false),
    authtimeout: numberSetting(section, "authtimeout", { byDefault: 30, ...seconds }, problems),
    authlimit: numberSetting(section, "authlimit", { byDefault: 50, ...seconds }, problems),
    disabledevents: textSetting(section, ["disabledevents"]),
  };
}

function readUser(same: readonly ConfSection[], general: ManagerGeneral, problems: ProblemList): ManagerUser {
  const first = same[0];
  if (!first) throw new TypeError("a user has at least one section");
  const multiple = booleanSetting(same, ["allowmultiplelogin"], general.allowmultiplelogin.value);
  return {
    name: first.name,
    at: first.at,
    secret: secretSetting(same, "secret"),
    read: readClasses(same, "read", problems),
    write: readClasses(same, "write", problems),
    writetimeout: numberSetting(same, "writetimeout", { byDefault: 100, min: 100, max: 2_147_483_647 }, problems),
    allowmultiplelogin: multiple.at ? multiple : general.allowmultiplelogin,
    access: accessRules(same),
    eventfilters: same
      .flatMap((section) => section.values)
      .filter((value) => value.name.toLowerCase().startsWith("eventfilter"))
      .map(({ value, at }) => ({ value, at })),
  };
}
