import type { ConfTree } from "./conf-tree.ts";
import type { Problem } from "./errors.ts";
import { ProblemList } from "./problem-list.ts";
import { booleanSetting, numberSetting, textSetting, type Setting } from "./setting.ts";

/** What http.conf says: the server that ARI and AMI over HTTP need. */
export interface HttpConf {
  /** Default no. */
  readonly enabled: Setting<boolean>;
  /** Undefined: the server does not listen, enabled or not. */
  readonly bindaddr: Setting<string | undefined>;
  /** Default 8088. */
  readonly bindport: Setting<number>;
  /** The path before `/ari`, without slashes; undefined: none. */
  readonly prefix: Setting<string | undefined>;
  /** Default no. */
  readonly tlsenable: Setting<boolean>;
  /** Undefined: `bindaddr` and port 8089. */
  readonly tlsbindaddr: Setting<string | undefined>;
  readonly tlscertfile: Setting<string | undefined>;
  /** Connections at a time; default 100. */
  readonly sessionlimit: Setting<number>;
  readonly problems: readonly Problem[];
}

/** Reads http.conf by the rules of Asterisk's main/http.c (16 to 23). */
export function readHttpConf(conf: ConfTree): HttpConf {
  const problems = new ProblemList();
  const found = conf.section("general");
  const section = found ? [found] : [];
  return {
    enabled: booleanSetting(section, ["enabled"], false),
    bindaddr: textSetting(section, ["bindaddr"]),
    bindport: numberSetting(section, "bindport", { byDefault: 8088, min: 0, max: 65_535 }, problems),
    prefix: textSetting(section, ["prefix"]),
    tlsenable: booleanSetting(section, ["tlsenable", "sslenable"], false),
    tlsbindaddr: textSetting(section, ["tlsbindaddr", "sslbindaddr"]),
    tlscertfile: textSetting(section, ["tlscertfile", "tlscert", "sslcert"]),
    sessionlimit: numberSetting(section, "sessionlimit", { byDefault: 100, min: 1, max: 2_147_483_647 }, problems),
    problems: problems.all,
  };
}
