import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  AsteriskFilesError,
  ConfError,
  errorCodes,
  UnreadableFileError,
  type AsteriskFilesErrorCode,
} from "./errors.ts";
import { listVoicemail } from "./list-voicemail.ts";
import { loadConf, type LoadConfOptions } from "./load-conf.ts";
import { readManagerConf } from "./manager-conf.ts";
import { memoryFiles } from "./testing/memory-files.ts";
import { readPhoneApplications } from "./phone-applications.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/errors-asterisk-files.md"), "utf8");
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (refused|noted) \| (.+) \| (.+) \|$/gm)].map(([, code, kind]) => [
  code,
  kind,
]);

/** Loads a file and returns the codes of the problems, or of the error. */
async function load(text: string, options: Partial<LoadConfOptions> = {}): Promise<string[]> {
  const reader = memoryFiles({ "/etc/a.conf": text, "/etc/b.conf": "x=1" });
  try {
    const conf = await loadConf("/etc/a.conf", { ...reader, ...options });
    const more = [...readManagerConf(conf).problems, ...readPhoneApplications(conf).problems];
    return [...conf.problems, ...more].map(({ code }) => `noted ${code}`);
  } catch (error) {
    return [`refused ${(error as AsteriskFilesError).code}`];
  }
}

const triggers: Record<AsteriskFilesErrorCode, () => Promise<string[]>> = {
  CONF_BAD_ESCAPE: () => load("[a]\n\\ b=1"),
  CONF_BAD_VALUE: () => load("[a]\nwritetimeout=5"),
  CONF_COMMENT_DEPTH: () => load(";-- ".repeat(129)),
  CONF_COMMENT_NOT_ENDED: () => load(";--"),
  CONF_COMMENT_NOT_STARTED: () => load("--;"),
  CONF_EMPTY_PARENT: () => load("[a]\n[b]()"),
  CONF_EXEC_REFUSED: () => load("#exec /bin/true"),
  CONF_FILTER_UNSUPPORTED: () => load("[a]\n[a](+x=.*)"),
  CONF_INCLUDE_DEPTH: () => load("[a]\n#include b.conf", { maxDepth: 0 }),
  CONF_INCLUDE_LOOP: () => load("#include a.conf"),
  CONF_INCLUDE_MISSING: () => load("#include c.conf"),
  CONF_LINE_TOO_LONG: () => load("x".repeat(9000)),
  CONF_MORE_PROBLEMS: () => load("x\n".repeat(2000)),
  CONF_NOT_FOUND: () => load("", memoryFiles({})),
  CONF_NO_ARGUMENT: () => load("#include"),
  CONF_NO_BRACKET: () => load("[a"),
  CONF_NO_EQUALS: () => load("a"),
  CONF_NO_NAME: () => load("=a"),
  CONF_NO_PARENTHESIS: () => load("[a](b"),
  CONF_NO_SECTION: () => load("a=1"),
  CONF_NUL: () => load("[a]\0"),
  CONF_OUTSIDE_ROOT: () => load("#include /srv/b.conf"),
  CONF_TEXT_AFTER_SECTION: () => load("[a] (b)"),
  CONF_TOO_LARGE: () => load("[a]", { maxCharacters: 1 }),
  CONF_UNKNOWN_CLASS: () => load("[a]\nread=system, call"),
  CONF_UNKNOWN_DIRECTIVE: () => load("# a comment"),
  CONF_UNKNOWN_PARENT: () => load("[a](b)"),
  FILE_UNREADABLE: () => load("", { readFile: async () => await Promise.reject(new Error("EACCES")) }),
  PHONE_APP_INCOMPLETE: () => load("[a]\ntype=application\napplication=custom"),
  SPOOL_BAD_MESSAGE: async () => {
    const { problems } = await listVoicemail("/box", memoryFiles({ "/box/msg0000.txt": "" }));
    return problems.map(({ code }) => `noted ${code}`);
  },
};

describe("the errors of this package", () => {
  it("have one row each on their page", () => {
    expect(rows.map(([code]) => code)).toEqual([...errorCodes]);
  });

  it.each(rows)("%s is %s as the page says", async (code, kind) => {
    expect(await triggers[code as AsteriskFilesErrorCode]()).toContain(`${kind} ${code}`);
  });

  it("say where, keep the cause, and know each other across two copies of the package", () => {
    const cause = new Error("EACCES");
    const error = new UnreadableFileError("FILE_UNREADABLE", { file: "/a", line: 3 }, "cannot be read", { cause });
    expect(error.message).toBe("/a:3: cannot be read");
    expect(error).toMatchObject({ name: "UnreadableFileError", code: "FILE_UNREADABLE", file: "/a", line: 3, cause });
    expect(error).toBeInstanceOf(AsteriskFilesError);
    expect(error).not.toBeInstanceOf(ConfError);
    const foreign = Object.defineProperty({}, Symbol.for("@cordboard/asterisk-files.error"), { value: true });
    expect(foreign instanceof AsteriskFilesError).toBe(true);
    expect(cause).not.toBeInstanceOf(AsteriskFilesError);
  });
});
