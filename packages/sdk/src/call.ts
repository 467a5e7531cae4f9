import { z } from "zod";
import { timeSchema } from "./time.ts";

/** Why something happened or ended. */
export const causeSchema = z
  .enum([
    "normal",
    "busy",
    "no-answer",
    "rejected",
    "cancelled",
    "unreachable",
    "unknown-number",
    "congestion",
    "answered-elsewhere",
    "abandoned",
    "forwarded",
    "picked-up",
    "transferred",
    "conferenced",
    "joined",
    "parked",
    "unparked",
    "park-timeout",
    "queue",
    "consultation",
    "failed",
    "lost",
    "snapshot",
    "pbx-down",
  ])
  .describe(
    "Why it happened. `lost`: it ended while nobody watched. `snapshot`: nothing happened now, the PBX was asked and told of it.",
  )
  .meta({ id: "Cause" });

/** CSTA's states of a connection (ECMA-269). */
export const connectionStateSchema = z
  .enum(["null", "initiated", "alerting", "connected", "hold", "queued", "fail"])
  .describe(
    "`null`: being reached, does not ring yet. `initiated`: has called and is not answered. `alerting`: rings. `connected`: answered. " +
      "`hold`: holds the call itself. `queued`: waits in a queue or is parked. `fail`: hears why not.",
  )
  .meta({ id: "ConnectionState" });

/** One device in one call. */
export const connectionSchema = z
  .object({
    id: z.string().describe("Uniqueid of the channel; the same before and after a transfer."),
    device: z.string().describe("Such as `PJSIP/1000`."),
    extension: z.string().optional().describe("The extension this device belongs to, if it is known."),
    number: z.string().optional().describe("Its own number, if Asterisk knows one."),
    name: z.string().optional(),
    role: z
      .enum(["caller", "called", "agent"])
      .describe("`caller` began the call, or is the one for whom a program began it; `agent` is rung by a queue."),
    state: connectionStateSchema,
    channel: z
      .string()
      .optional()
      .describe(
        "Name of the channel; absent while the device holds this call with a channel that now talks in another one.",
      ),
    heldBy: z
      .enum(["phone", "server"])
      .optional()
      .describe("Only in state `hold`. `phone`: by re-INVITE, and only the phone can retrieve; `server`: by Asterisk."),
    application: z
      .string()
      .optional()
      .describe("What Asterisk itself does with it: `Echo`, `VoiceMail`, `Stasis`… Absent while it talks to devices."),
    talking: z.boolean().optional(),
    muted: z.boolean().optional(),
    startedAt: timeSchema,
    answeredAt: timeSchema.optional().describe("When it was first connected."),
  })
  .meta({ id: "Connection" });

/** A connection that is over. */
export const clearedConnectionSchema = connectionSchema
  .extend({
    clearedAt: timeSchema,
    cause: causeSchema,
    hungUp: z
      .boolean()
      .optional()
      .describe("True if its own device ended it (CSTA's releasing device); not every device's hang-up is told."),
  })
  .meta({ id: "ClearedConnection" });

/** Who heard whom during one stretch of time. */
export const talkSchema = z
  .object({
    connections: z.array(z.string()).describe("Ids of two or more connections that did not hold."),
    startedAt: timeSchema,
    endedAt: timeSchema.optional().describe("Absent while it goes on."),
  })
  .meta({ id: "Talk" });

/** The queue a call came through. */
export const callQueueSchema = z
  .object({
    name: z.string(),
    joinedAt: timeSchema,
    position: z.int().optional().describe("1 is the next; absent once it has left."),
    leftAt: timeSchema.optional(),
  })
  .meta({ id: "CallQueue" });

/** Where a parked call is. */
export const callParkingSchema = z
  .object({
    lot: z.string(),
    space: z.string(),
    parkedAt: timeSchema,
    parker: z.string().optional().describe("Who gets it back when nobody takes it: `PJSIP/1000`."),
  })
  .meta({ id: "CallParking" });

/** One call as it is at one moment. */
export const callSchema = z
  .object({
    id: z.string().describe("Ours, and the same from the first ring to the end, through transfers."),
    pbx: z.string(),
    connections: z.array(connectionSchema),
    cleared: z.array(clearedConnectionSchema).describe("Connections that are over, in the order in which they ended."),
    dialled: z.string().optional().describe("The number that was dialled first."),
    queue: callQueueSchema.optional(),
    conferenceRoom: z.string().optional(),
    parked: callParkingSchema.optional(),
    consults: z
      .string()
      .optional()
      .describe("Id of the call that waits while this one is talked about with somebody else (feature code)."),
    cause: causeSchema.optional().describe("Only at the end."),
    startedAt: timeSchema,
    establishedAt: timeSchema.optional().describe("When somebody first answered."),
    clearedAt: timeSchema.optional(),
    talks: z.array(talkSchema),
    userData: z.record(z.string(), z.string()).describe("What programs have attached (CSTA); follows the call."),
  })
  .meta({ id: "Call" });

export type Cause = z.infer<typeof causeSchema>;
export type ConnectionState = z.infer<typeof connectionStateSchema>;
export type Connection = z.infer<typeof connectionSchema>;
export type ClearedConnection = z.infer<typeof clearedConnectionSchema>;
export type Talk = z.infer<typeof talkSchema>;
export type CallQueue = z.infer<typeof callQueueSchema>;
export type CallParking = z.infer<typeof callParkingSchema>;
export type Call = z.infer<typeof callSchema>;
