import { join } from "node:path";

/** File of the database within a storage folder. */
export function databaseFile(folder: string): string {
  return join(folder, "cordboard.db");
}
