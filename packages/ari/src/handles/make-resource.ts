import { AriResourceError } from "../errors.ts";
import type { ResourceScope } from "../resource-scope.ts";

/**
 * Listens first, then asks Asterisk to make the thing, whose id we chose: none of its events can be missed. If Asterisk
 * refuses, the listening ends with it.
 */
export async function makeResource(scope: ResourceScope, ask: () => Promise<unknown>): Promise<void> {
  scope.keepBacklog();
  try {
    await ask();
  } catch (error) {
    scope.end(
      new AriResourceError("ARI_RESOURCE_GONE", `The ${scope.kind} ${scope.id} was never made.`, { cause: error }),
    );
    throw error;
  }
}
