import { z } from "zod";
import { callSchema, causeSchema } from "./call.ts";
import { timeSchema } from "./time.ts";

/** How a call went, in one word. */
export const callResultSchema = z
  .enum(["answered", "missed", "busy", "abandoned", "voicemail", "application", "failed", "merged", "lost"])
  .describe(
    "`answered`: somebody answered. `missed`: nobody did, also because the caller gave up or the phone declined. `busy`: who was called was. " +
      "`abandoned`: the caller gave up in a queue. `voicemail`: it ended in a mailbox, whoever answered before. " +
      "`application`: nobody was called, Asterisk itself answered: a menu, an announcement, a room with nobody else. " +
      "`failed`: nobody could be reached. `merged`: it became part of another call before anybody answered. " +
      "`lost`: nobody had answered when it was last seen, and it ended while nobody watched.",
  )
  .meta({ id: "CallResult" });

/** One step of the way of a call: who had it, or where it waited. */
export const callStepSchema = z
  .object({
    at: timeSchema,
    endedAt: timeSchema
      .optional()
      .describe("When this was over: the ringing, the waiting in a queue or a parking lot, the hold, the application."),
    type: z
      .enum([
        "dialled",
        "rang",
        "answered",
        "failed",
        "application",
        "queued",
        "held",
        "diverted",
        "transferred",
        "parked",
        "unparked",
        "conferenced",
        "left",
        "cleared",
      ])
      .describe(
        "`rang`: its `cause` says how that ended, if not by an answer. `queued`: its `cause` says why nobody answered there. " +
          "`held`: by this party. `diverted`: forwarded by this party or its phone. `transferred`: this party was, to `to`, by `by`. " +
          "`left`: this party went, others went on. `cleared`: the end, always the last; this party went first, if it is named.",
      ),
    connectionId: z.string().optional().describe("The connection it is about."),
    extension: z.string().optional(),
    device: z.string().optional(),
    number: z.string().optional(),
    name: z.string().optional(),
    by: z
      .string()
      .optional()
      .describe("Who did it: extension, else number, else device. Absent where a program did, or nobody knows."),
    to: z.string().optional().describe("Where it went: a number, a queue, a parking space, a room, an application."),
    cause: causeSchema.optional().describe("Absent where it would be `normal`."),
    times: z.int().min(2).optional().describe("How often it rang, one after another, without anything else between."),
    fromCall: z.string().optional().describe("Id of the call that became part of this one here."),
    omitted: z
      .int()
      .min(1)
      .optional()
      .describe("So many steps before this one are left out, because there were too many."),
  })
  .meta({ id: "CallStep" });

/** A call that has ended, as the history keeps it. */
export const callRecordSchema = z
  .object({
    id: z.string().describe("The id the call had."),
    pbx: z.string(),
    startedAt: timeSchema,
    establishedAt: timeSchema.optional().describe("When somebody, or Asterisk itself, first answered."),
    clearedAt: timeSchema,
    result: callResultSchema,
    cause: causeSchema.describe(
      "Why it ended. With `lost` or `pbx-down` the end was only noticed later: the seconds are the most it can have been. " +
        "A step with the cause `snapshot` was there before anybody watched: the seconds are the least.",
    ),
    callerNumber: z.string().optional(),
    callerName: z.string().optional(),
    callerExtension: z.string().optional(),
    dialled: z
      .string()
      .optional()
      .describe("The number that was dialled first; where a program dialled, of whoever was rung first."),
    answeredBy: z
      .string()
      .optional()
      .describe("Who answered first: extension, else number, else device. Asterisk itself does not count."),
    queue: z.string().optional().describe("The last one it waited in."),
    mergedInto: z.string().optional().describe("Id of the call that this one became part of."),
    ringSeconds: z
      .number()
      .min(0)
      .describe(
        "During which called devices rang, until one answered; where nobody was called, the one for whom a program called.",
      ),
    queueSeconds: z.number().min(0).describe("Spent waiting in queues, also while agents rang."),
    talkSeconds: z.number().min(0).describe("During which at least two parties heard each other."),
    holdSeconds: z.number().min(0).describe("During which a party held or was parked and nobody talked."),
    path: z.array(callStepSchema).describe("What happened, in order."),
    call: callSchema.describe("The call at its end, with all its connections, causes and talks."),
  })
  .meta({ id: "CallRecord" });

/** What the search takes. Texts match anywhere in number or name, without regard to case. */
export const callHistoryQuerySchema = z
  .object({
    pbx: z.string().min(1).max(100).optional(),
    extension: z.string().min(1).max(100).optional().describe("Took part."),
    number: z.string().max(100).optional().describe("A part of any number in the call, separators ignored."),
    name: z.string().max(100).optional().describe("A part of any name in the call."),
    queue: z.string().min(1).max(100).optional(),
    result: z
      .union([z.string(), z.array(z.string())])
      .transform((value) => [value].flat().flatMap((part) => part.split(",")))
      .pipe(z.array(callResultSchema).min(1).max(20))
      .optional()
      .describe("One or several, as in `answered,missed`."),
    from: z.iso
      .datetime({ offset: true })
      .optional()
      .describe("Began at or after this time, such as `2026-11-21T00:00:00Z`."),
    to: z.iso.datetime({ offset: true }).optional().describe("Began before this time, such as `2026-11-22T00:00:00Z`."),
    limit: z.coerce.number().int().min(1).max(1000).default(50),
    after: z.string().max(200).optional().describe("`next` of the page before."),
  })
  .meta({ id: "CallHistoryQuery" });

/** What an export takes: the search without its pages, and how the file is written. */
export const callHistoryExportQuerySchema = callHistoryQuerySchema
  .omit({ limit: true, after: true })
  .extend({
    format: z.enum(["csv", "json"]).describe("`csv`: a table, a line per call. `json`: an array of whole records."),
    raw: z
      .enum(["true", "false"])
      .optional()
      .describe(
        "Of CSV. `true`: every value exactly as it is, for programs. Else for spreadsheets: with a byte order mark, times and seconds that " +
          "they understand, and a `'` before what they would take for a formula.",
      ),
    separator: z
      .enum(["comma", "semicolon", "tab"])
      .optional()
      .describe("Of CSV; default `comma`. Excel in countries with a decimal comma opens files with `semicolon`."),
  })
  .meta({ id: "CallHistoryExportQuery" });

/** One page of the history, newest first. */
export const callHistoryPageSchema = z
  .object({ items: z.array(callRecordSchema), next: z.string().optional().describe("Absent on the last page.") })
  .meta({ id: "CallHistoryPage" });

export type CallResult = z.infer<typeof callResultSchema>;
export type CallStep = z.infer<typeof callStepSchema>;
export type CallRecord = z.infer<typeof callRecordSchema>;
export type CallHistoryQuery = z.output<typeof callHistoryQuerySchema>;
export type CallHistoryExportQuery = z.output<typeof callHistoryExportQuerySchema>;
export type CallHistoryPage = z.infer<typeof callHistoryPageSchema>;
