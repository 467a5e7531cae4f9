import { existsSync } from "node:fs";
import type { Command } from "commander";
import { databaseFile } from "../storage/database-file.ts";
import type { Database } from "../storage/database.ts";
import type { CliIo } from "./cli-io.ts";
import type { CommonOptions } from "./common-options.ts";
import { withCommonOptions } from "./common-options.ts";

/** Options of the commands that work on the server's data. */
export interface StorageOptions extends CommonOptions {
  readonly config?: string;
  readonly storage?: string;
}

/** Adds `--config` and `--storage` to the common ones. */
export function withStorageOptions(command: Command): Command {
  return withCommonOptions(command)
    .option("--config <file>", "the configuration (default: $CORDBOARD_CONFIG, or ./cordboard.yaml)")
    .option("--storage <folder>", "the server's data (default: storage.folder of the configuration)");
}

/** The database of a storage folder. */
export interface OpenStorage extends AsyncDisposable {
  readonly database: Database;
}

/**
 * Opens the server's database, also while the server runs. With `make` it is made where there is none; without, that is undefined.
 * @throws CordboardError `STORAGE_INVALID`, `STORAGE_NEWER`, `STORAGE_UNUSABLE`; what `choosePbxs` throws
 */
export async function openStorage(io: CliIo, options: StorageOptions, make: true): Promise<OpenStorage>;
export async function openStorage(io: CliIo, options: StorageOptions, make: false): Promise<OpenStorage | undefined>;
export async function openStorage(io: CliIo, options: StorageOptions, make: boolean): Promise<OpenStorage | undefined> {
  const [{ choosePbxs }, { openDatabase }] = await Promise.all([
    import("../config/choose-pbxs.ts"),
    import("../storage/open-database.ts"),
  ]);
  const file = databaseFile(options.storage ?? choosePbxs({ config: options.config }, io.env).storageFolder);
  if (!make && !existsSync(file)) return undefined;
  const database = await openDatabase(file);
  return { database, [Symbol.asyncDispose]: () => database.destroy() };
}
