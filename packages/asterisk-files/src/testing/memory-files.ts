import type { FileReader } from "../file-reader.ts";

/** Files that exist in a test only: path → content. */
export function memoryFiles(files: Readonly<Record<string, string | Uint8Array>>): FileReader {
  return {
    readFile: async (path) => files[path],
    async listFolder(path) {
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path === "/" ? "" : path}/`));
      if (inside.length === 0) return undefined;
      const depth = path === "/" ? 0 : path.length;
      return [...new Set(inside.map((file) => file.slice(depth + 1).split("/")[0] ?? ""))];
    },
  };
}
