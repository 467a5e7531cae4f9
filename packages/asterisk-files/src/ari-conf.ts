import { accessRules, type AccessRule } from "./access-rule.ts";
import type { ConfSection, ConfTree } from "./conf-tree.ts";
import type { Position, Problem } from "./errors.ts";
import { ProblemList } from "./problem-list.ts";
import {
  booleanSetting,
  numberSetting,
  secretSetting,
  textSetting,
  type SecretSetting,
  type Setting,
} from "./setting.ts";

/** A user of ari.conf. */
export interface AriUser {
  readonly name: string;
  readonly at: Position;
  /** Default no. Yes: only GET is allowed. */
  readonly readOnly: Setting<boolean>;
  /** Undefined: Asterisk does not accept the user. */
  readonly password: SecretSetting | undefined;
  /** `crypt`: the file holds a hash, and `password.matches` compares with that. */
  readonly passwordFormat: "plain" | "crypt";
  readonly access: readonly AccessRule[];
}

/** What ari.conf says. */
export interface AriConf {
  /** Default yes. */
  readonly enabled: Setting<boolean>;
  /** Origins of web pages that may use ARI, as written. */
  readonly allowedOrigins: Setting<string | undefined>;
  /** Milliseconds for which a full WebSocket is borne with; default 100. */
  readonly websocketWriteTimeout: Setting<number>;
  readonly users: readonly AriUser[];
  readonly problems: readonly Problem[];
  user(name: string): AriUser | undefined;
}

/** Reads ari.conf by the rules of Asterisk's res/ari/config.c (16 to 23): a user is a section with `type=user`. */
export function readAriConf(conf: ConfTree): AriConf {
  const problems = new ProblemList();
  const found = conf.section("general");
  const general = found ? [found] : [];
  const users = conf.sections
    .filter((section) => !section.template && section.last("type")?.value.toLowerCase() === "user")
    .map(readUser);
  return {
    enabled: booleanSetting(general, ["enabled"], true),
    allowedOrigins: textSetting(general, ["allowed_origins"]),
    websocketWriteTimeout: numberSetting(
      general,
      "websocket_write_timeout",
      { byDefault: 100, min: 1, max: 2_147_483_647 },
      problems,
    ),
    users,
    problems: problems.all,
    user: (name) => users.find((user) => user.name === name),
  };
}

function readUser(section: ConfSection): AriUser {
  const format = section.last("password_format")?.value.toLowerCase();
  return {
    name: section.name,
    at: section.at,
    readOnly: booleanSetting([section], ["read_only"], false),
    password: secretSetting([section], "password"),
    passwordFormat: format === "crypt" ? "crypt" : "plain",
    access: accessRules([section]),
  };
}
