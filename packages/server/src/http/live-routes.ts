import { z } from "zod";
import type { LiveState } from "../events/live-state.ts";
import { ApiError } from "./api-error.ts";

/** `pbx=` of an operation on one named thing. */
export const pbxQuery: z.ZodObject<{ pbx: z.ZodOptional<z.ZodString> }> = z.object({
  pbx: z.string().max(100).optional().describe("Id of the PBX; needed where the name is known on several."),
});

/** A reply that lists live things. */
export function listOf<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; cursor: z.ZodString }> {
  return z.object({
    items: z.array(item),
    cursor: z.string().describe("Place in the event stream that this is exactly the state of."),
  });
}

/** All live things that a viewer sees, with the cursor they are of. */
export function listVisible<Item>(
  live: LiveState,
  all: readonly Item[],
  see: (item: Item) => Item | undefined,
): { items: Item[]; cursor: string } {
  return { items: all.flatMap((item) => see(item) ?? []), cursor: live.cursor };
}

/**
 * The one thing of this name that a viewer sees, on the PBX named or on any.
 * @throws ApiError `NOT_FOUND`, or `AMBIGUOUS` with the PBXs that know the name
 */
export function oneVisible<Item extends { readonly pbx: string }>(
  live: LiveState,
  pbx: string | undefined,
  find: (pbx: string) => Item | undefined,
): Item {
  const candidates = pbx === undefined ? live.pbxs().map(({ id }) => id) : [pbx];
  const found = candidates.flatMap((id) => find(id) ?? []);
  const [only] = found;
  if (only === undefined) throw new ApiError("NOT_FOUND");
  if (found.length > 1) {
    throw new ApiError("AMBIGUOUS", { errors: found.map((item) => ({ path: "query.pbx", message: item.pbx })) });
  }
  return only;
}
