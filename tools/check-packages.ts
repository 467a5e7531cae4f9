// Packs every package as a publisher would, installs the tarballs in an empty folder and imports each of them there.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folders = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
const empty = mkdtempSync(join(tmpdir(), "cordboard-pack-"));
const run = (cwd: string, command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

try {
  run(root, "npm", "run", "--silent", "build");
  const packed = folders.map((folder) => {
    const [{ filename, size, files }] = JSON.parse(
      run(folder, "npm", "pack", "--ignore-scripts=false", "--json", "--pack-destination", empty),
    ) as [{ filename: string; size: number; files: { path: string }[] }];
    const strays = files
      .map(({ path }) => path)
      .filter((path) => /(^|\/)(src|testing)\/|\.test\.|tsbuildinfo/.test(path));
    if (strays.length > 0) throw new Error(`${filename} carries files that no user needs: ${strays.join(", ")}`);
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string };
    return { name, tarball: join(empty, filename), size };
  });
  writeFileSync(join(empty, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  run(empty, "npm", "install", "--silent", "--no-audit", "--no-fund", ...packed.map(({ tarball }) => tarball));
  for (const { name, size } of packed.filter(({ name }) => name !== "cordboard")) {
    const names = run(
      empty,
      process.execPath,
      "-e",
      `import("${name}").then((m) => console.log(Object.keys(m).length))`,
    );
    if (Number(names) === 0) throw new Error(`${name} exports nothing once it is packed and installed.`);
    console.log(`${name}: ${(size / 1024).toFixed(0)} kB packed, ${names.trim()} exports`);
  }
  const version = run(empty, process.execPath, "node_modules/cordboard/bin/cordboard.js", "--version").trim();
  console.log(`cordboard: the installed command answers ${version}`);
} finally {
  rmSync(empty, { recursive: true, force: true });
}
