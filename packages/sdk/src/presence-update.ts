import { z } from "zod";
import { presenceSchema } from "./pbx-state.ts";

/** As many bytes as Asterisk keeps, which are as many characters at most. */
const text = z
  .string()
  .max(255)
  .describe("At most 255 bytes of UTF-8, without line ends and other control characters.");

/** What to change of a presence; what is absent stays. */
export const presenceUpdateSchema = z
  .strictObject({
    state: presenceSchema.shape.state.optional(),
    subtype: text.optional(),
    message: text.optional(),
  })
  .refine((update) => Object.keys(update).length > 0, { error: "names nothing to change" })
  .meta({ id: "PresenceUpdate" });

export type PresenceUpdate = z.infer<typeof presenceUpdateSchema>;
