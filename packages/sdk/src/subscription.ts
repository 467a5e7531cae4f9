import { z } from "zod";
import { callEventSchema, stateEventSchema } from "./stream-event.ts";

/** Types of all numbered events. */
export const eventTypes: readonly string[] = [
  ...callEventSchema.options.map((option) => option.shape.type.value),
  ...stateEventSchema.options.map((option) => option.shape.type.value),
];

/** A list in a query string: `a,b`, or the key several times. An empty one would let nothing pass, which nobody means. */
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) =>
    [value]
      .flat()
      .flatMap((part) => part.split(","))
      .filter((part) => part !== ""),
  )
  .refine((names) => names.length > 0, { error: "names nothing; leave it out to let all pass" });

/** What `/api/v1/events` takes in its query string. Each list narrows; what is absent lets everything pass. */
export const subscriptionSchema = z
  .object({
    after: z.string().max(100).optional().describe("Go on behind this cursor."),
    pbx: list.optional().describe("Ids of PBXs."),
    extension: list.optional().describe("Extensions that take part."),
    queue: list.optional().describe("Names of queues."),
    call: list.optional().describe("Ids of calls."),
    type: list.optional().describe("Types of events, such as `delivered`."),
    snapshot: z
      .enum(["true", "false"])
      .optional()
      .describe("`false`: no snapshot at the start; after a gap there is one all the same."),
    ticket: z
      .string()
      .max(100)
      .optional()
      .describe("A one-use ticket of `POST /api/v1/tickets`, for browsers, which cannot send a header here."),
  })
  .meta({ id: "Subscription" });

export type Subscription = z.output<typeof subscriptionSchema>;
