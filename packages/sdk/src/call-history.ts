import { z } from "zod";
import { callSchema, causeSchema } from "./call.ts";
import { timeSchema } from "./time.ts";

/** How a call went, in one word. */
export const callResultSchema = z
  .enum(["answered", "missed", "busy", "abandoned", "failed", "voicemail", "lost"])
  .describe(
    "`answered`: somebody answered. `missed`: it rang and nobody did. `abandoned`: the caller gave up in a queue. " +
      "`voicemail`: it ended in a mailbox. `lost`: it ended while nobody watched.",
  )
  .meta({ id: "CallResult" });

/** One step of the way of a call: who had it, or where it waited. */
export const callStepSchema = z
  .object({
    at: timeSchema,
    type: z.enum([
      "dialled",
      "rang",
      "answered",
      "queued",
      "held",
      "retrieved",
      "diverted",
      "transferred",
      "parked",
      "unparked",
      "conferenced",
      "application",
      "cleared",
    ]),
    extension: z.string().optional(),
    device: z.string().optional(),
    number: z.string().optional(),
    name: z.string().optional(),
    by: z.string().optional().describe("Who did it: extension or device."),
    to: z.string().optional().describe("Where it went: a number, a queue, a parking space, a room, an application."),
    cause: causeSchema.optional(),
  })
  .meta({ id: "CallStep" });

/** A call that has ended, as the history keeps it. */
export const callRecordSchema = z
  .object({
    id: z.string().describe("The id the call had."),
    pbx: z.string(),
    startedAt: timeSchema,
    establishedAt: timeSchema.optional(),
    clearedAt: timeSchema,
    result: callResultSchema,
    cause: causeSchema,
    callerNumber: z.string().optional(),
    callerName: z.string().optional(),
    callerExtension: z.string().optional(),
    dialled: z.string().optional(),
    answeredBy: z.string().optional().describe("Extension or device that answered first."),
    queue: z.string().optional(),
    mergedInto: z.string().optional().describe("Id of the call that this one became part of."),
    ringSeconds: z.number().min(0).describe("From the first ring at a device to the first answer or the end."),
    queueSeconds: z.number().min(0).describe("Spent waiting in a queue."),
    talkSeconds: z.number().min(0).describe("During which at least two parties heard each other."),
    holdSeconds: z
      .number()
      .min(0)
      .describe("During which an answered call had nobody to talk to because of hold or parking."),
    path: z.array(callStepSchema).describe("What happened, in order."),
    call: callSchema.describe("The call at its end, with all its connections, causes and talks."),
  })
  .meta({ id: "CallRecord" });

/** What the search takes. Texts match anywhere in number or name, without regard to case. */
export const callHistoryQuerySchema = z
  .object({
    pbx: z.string().optional(),
    extension: z.string().max(100).optional().describe("Took part."),
    number: z.string().max(100).optional().describe("A part of any number in the call, separators ignored."),
    name: z.string().max(100).optional().describe("A part of any name in the call."),
    queue: z.string().max(100).optional(),
    result: callResultSchema.optional(),
    from: z.iso.datetime({ offset: true }).optional().describe("Began at or after this time."),
    to: z.iso.datetime({ offset: true }).optional().describe("Began before this time."),
    limit: z.coerce.number().int().min(1).max(1000).default(50),
    after: z.string().max(200).optional().describe("`next` of the page before."),
  })
  .meta({ id: "CallHistoryQuery" });

/** One page of the history, newest first. */
export const callHistoryPageSchema = z
  .object({ items: z.array(callRecordSchema), next: z.string().optional().describe("Absent on the last page.") })
  .meta({ id: "CallHistoryPage" });

export type CallResult = z.infer<typeof callResultSchema>;
export type CallStep = z.infer<typeof callStepSchema>;
export type CallRecord = z.infer<typeof callRecordSchema>;
export type CallHistoryQuery = z.output<typeof callHistoryQuerySchema>;
export type CallHistoryPage = z.infer<typeof callHistoryPageSchema>;
