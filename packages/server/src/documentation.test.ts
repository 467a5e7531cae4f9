import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseConfig } from "./config/load-config.ts";
import { CONFIG_KEYS } from "./config/schema.ts";
import { SERVER_ERROR_EXIT_CODES } from "./errors.ts";
import { buildProgram } from "./cli/program.ts";
import type { CliIo } from "./cli/cli-io.ts";
import type { Command } from "commander";

const page = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");

describe("docs/configuration.md", () => {
  const text = page("configuration.md");
  const example = /```yaml\n([^]*?)```/.exec(text)?.[1] ?? "";

  it("explains every key, in a table of its place", () => {
    const rows = [...text.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? "");
    const keys = Object.entries(CONFIG_KEYS).flatMap(([place, names]) => (place === "" ? [] : names));
    expect(rows.toSorted()).toEqual([...keys].toSorted());
    for (const key of CONFIG_KEYS[""] ?? []) expect(text).toContain(`## \`${key}\``);
  });

  it("has an example that is valid and uses every key", () => {
    const env = { AMI_SECRET: "a", ARI_SECRET: "b", BRANCH_SECRET: "c", PAGE_TOKEN: "t".repeat(24) };
    const config = parseConfig(example, "configuration.md", env);
    expect(config.pbxs.map(({ id }) => id)).toEqual(["hq", "branch"]);
    for (const names of Object.values(CONFIG_KEYS))
      for (const key of names) expect(example).toMatch(new RegExp(`\\b${key}:`));
  });
});

describe("docs/reference/errors-server.md", () => {
  const text = page("reference/errors-server.md");

  it("has every code of the command with its exit code, and no other", () => {
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d) \|/gm)].map((match) => [match[1], Number(match[2])]);
    expect(Object.fromEntries(rows)).toEqual(SERVER_ERROR_EXIT_CODES);
  });

  it("lists no code that nothing throws", () => {
    const folder = fileURLToPath(new URL(".", import.meta.url));
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "errors.ts")
      .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
      .join("");
    expect(Object.keys(SERVER_ERROR_EXIT_CODES).filter((code) => !sources.includes(`"${code}"`))).toEqual([]);
  });
});

describe("docs/cli.md", () => {
  const text = page("cli.md");
  const output = { write: () => true, on: () => {}, off: () => {} };
  const io = {
    stdout: output,
    stderr: output,
    env: {},
    signal: new AbortController().signal,
    exitCode: 0,
  } as unknown as CliIo;
  const all = (command: Command): Command[] => command.commands.flatMap((each) => [each, ...all(each)]);

  it.each(
    all(buildProgram(io, "0")).map(
      (command) =>
        [
          command.parent?.name() === "cordboard" ? command.name() : `${command.parent?.name() ?? ""} ${command.name()}`,
          command,
        ] as const,
    ),
  )("explains %s, each of its options, and shows an example", (name, command) => {
    const section = new RegExp(`^## \`cordboard ${name}[^]*?(?=^## |$(?![^]))`, "m").exec(text)?.[0] ?? "";
    expect(section).toContain(`cordboard ${name}`);
    expect(section).toMatch(/^ {4}\$ /m);
    const shared = ["--json", "--debug", "--pbx", "--config"];
    const options = command.options.flatMap(({ long }) =>
      long === undefined || long === null || shared.includes(long) ? [] : [long],
    );
    expect(options.filter((option) => !section.includes(`\`${option}`))).toEqual([]);
  });
});
