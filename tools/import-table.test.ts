import { readFileSync } from "node:fs";
import { isAbsolute, join, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";
import table from "./import-table.json" with { type: "json" };
import { importsOf, packageOf, specifiersOf } from "./imports-of.ts";

const root = join(import.meta.dirname, "..");
const folders = Object.entries(table);

describe("the import table", () => {
  it.each(folders)("%s imports only what the table allows", (folder, { imports }) => {
    const source = resolve(root, folder, "src");
    const forbidden = importsOf(source).filter(({ file, specifier }) => {
      if (specifier.startsWith("node:")) return false;
      if (specifier.startsWith("."))
        return !resolve(root, file, "..", specifier).startsWith(resolve(root, folder) + sep);
      return isAbsolute(specifier) || !imports.some((name) => name === packageOf(specifier));
    });
    expect(forbidden).toEqual([]);
  });

  it.each(folders.filter(([folder]) => folder.startsWith("packages/")))(
    "%s depends on exactly the packages that the table names",
    (folder, { imports }) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      expect(Object.keys(manifest.dependencies ?? {}).toSorted((a, b) => a.localeCompare(b))).toEqual(
        [...imports].toSorted((a, b) => a.localeCompare(b)),
      );
    },
  );

  it("only points upwards: nothing imports a package that stands below it", () => {
    const order = folders.map(([folder]) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")).name);
    for (const [index, [, { imports }]] of folders.entries()) {
      for (const name of imports) expect(order.indexOf(name)).toBeLessThan(index);
    }
  });

  it("is printed in ARCHITECTURE.md as it is", () => {
    const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
    for (const [folder, { imports, job }] of folders) {
      const allowed = imports.length > 0 ? imports.map((name) => `\`${name}\``).join(", ") : "nothing";
      expect(page).toContain(`| \`${folder}/\` | ${job} | ${allowed} |`);
    }
  });

  it("sees static, side-effect, re-exported and dynamic imports", () => {
    const text = `import a from "one";\nimport "two";\nexport { b } from 'three';\nconst c = await import("four");\nimport {\n d,\n} from "five";`;
    expect(specifiersOf(text)).toEqual(["one", "two", "three", "four", "five"]);
  });
});
