#!/usr/bin/env node
// Plain JavaScript that any Node parses: an old Node gets a sentence instead of a syntax error.
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`cordboard needs Node 22.18 or newer; this is ${process.version}.`);
  console.error("In a checkout: npm ci brings Node 24 along; then npm start, or npm run cordboard -- …");
  process.exit(1);
}

const source = new URL("../src/cli/main.ts", import.meta.url);
if (existsSync(fileURLToPath(source))) {
  // In a checkout the TypeScript sources run directly; the other workspace packages must resolve to theirs too.
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "@cordboard/source"] }),
  });
  await import(source.href);
} else {
  await import(new URL("../dist/cli/main.js", import.meta.url).href);
}
