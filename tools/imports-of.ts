import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** One import statement: the file that has it and what it asks for. */
export interface Import {
  readonly file: string;
  readonly specifier: string;
}

const importPattern =
  /(?:^|[\s;])(?:import|export)\s(?:[^"'`;]*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;

/** The module specifiers of a TypeScript source text, in order. */
export function specifiersOf(text: string): string[] {
  return [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? "");
}

/** Every import of the shipped TypeScript files below `folder` (tests and test helpers left out). */
export function importsOf(folder: string): Import[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/](node_modules|dist|testing)[\\/]/.test(file))
    .flatMap((file) => {
      const specifiers = specifiersOf(readFileSync(file, "utf8"));
      return specifiers.map((specifier) => ({ file: relative(process.cwd(), file), specifier }));
    });
}

/** `@scope/name/deep` and `name/deep` → the package's own name. */
export function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}
