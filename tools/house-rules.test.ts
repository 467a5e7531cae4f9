import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);
const read = (file: string): string => readFileSync(join(root, file), "utf8");

const withoutCode = (text: string): string =>
  text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, "").replaceAll(/(`+)[^`]*?\1/g, "");

describe("the house rules", () => {
  it("the lockfiles record no registry address", () => {
    for (const file of tracked.filter((name) => name.endsWith("package-lock.json"))) {
      expect(read(file)).not.toMatch(/"resolved": "https?:/);
    }
  });

  it("no source file imports from a home directory or leaves the project", () => {
    const sources = tracked.filter((file) => file.endsWith(".ts"));
    expect(sources.filter((file) => /from "(\/|(\.\.\/){6})/.test(read(file)))).toEqual([]);
  });

  it("every package states its licence and the Node it needs", () => {
    for (const file of tracked.filter((name) => /^packages\/[^/]+\/package\.json$/.test(name))) {
      expect(JSON.parse(read(file))).toMatchObject({ license: "Apache-2.0", engines: { node: ">=22.18" } });
    }
  });

  it("every markdown link to a file of the project leads somewhere", () => {
    const pages = tracked.filter((file) => file.endsWith(".md"));
    const broken = pages.flatMap((page) =>
      [...withoutCode(read(page)).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map((match) => join(page, "..", match[1] ?? ""))
        .filter((target) => !tracked.some((file) => file === target || file.startsWith(target.replace(/\/?$/, "/"))))
        .map((target) => `${page} → ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
