import { homedir } from "node:os";
import { join } from "node:path";

/** Where the lab keeps what outlives a process: change roots, and one folder per Asterisk. */
export interface LabFolders {
  /** The top folder. */
  readonly cache: string;
  /** One change root per Asterisk version. */
  readonly roots: string;
  /** One folder per running Asterisk. */
  readonly instances: string;
}

/** `$CORDBOARD_LAB_CACHE`, else `$XDG_CACHE_HOME/cordboard-lab`, else `~/.cache/cordboard-lab`. */
export function labFolders(environment: NodeJS.ProcessEnv = process.env, home: string = homedir()): LabFolders {
  const own = environment["CORDBOARD_LAB_CACHE"];
  const xdg = environment["XDG_CACHE_HOME"];
  const cache = own || join(xdg || join(home, ".cache"), "cordboard-lab");
  return { cache, roots: join(cache, "roots"), instances: join(cache, "instances") };
}
