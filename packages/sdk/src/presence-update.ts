import { z } from "zod";
import { presenceSchema } from "./pbx-state.ts";

/** What to change of a presence; what is absent stays. */
export const presenceUpdateSchema = z
  .strictObject({
    state: presenceSchema.shape.state.optional(),
    subtype: z.string().max(200).optional(),
    message: z.string().max(1000).optional(),
  })
  .refine((update) => Object.keys(update).length > 0, { error: "names nothing to change" })
  .meta({ id: "PresenceUpdate" });

export type PresenceUpdate = z.infer<typeof presenceUpdateSchema>;
