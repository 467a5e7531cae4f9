// `npm run soak [name…]`: the long runs that do not fit into `npm test`. Each soak file exports `soak(report)`.
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..");
const wanted = process.argv.slice(2);
const files = globSync("{packages/*,lab}/soak/*.soak.ts", { cwd: root }).filter(
  (file) => wanted.length === 0 || wanted.some((name) => basename(file, ".soak.ts").includes(name)),
);
if (files.length === 0) {
  console.error(`No soak is named ${wanted.join(" or ")}.`);
  process.exitCode = 2;
}
for (const file of files) {
  console.log(`\n${file}`);
  const started = performance.now();
  try {
    const { soak } = (await import(pathToFileURL(join(root, file)).href)) as {
      soak: (report: (line: string) => void) => Promise<void>;
    };
    await soak((line) => console.log(`  ${line}`));
    console.log(`  passed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  } catch (error) {
    console.error("  FAILED:", error);
    process.exitCode = 1;
  }
}
