import { z } from "zod";
import { callSchema, causeSchema, clearedConnectionSchema, connectionSchema } from "./call.ts";
import {
  conferenceRoomSchema,
  extensionSchema,
  mailboxSchema,
  parkedCallSchema,
  pbxSchema,
  presenceSchema,
  queueSchema,
} from "./pbx-state.ts";
import { timeSchema } from "./time.ts";

/** What every numbered event has. */
const numbered = {
  seq: z.int().min(1).describe("Rises by one from event to event of the whole stream; a filter leaves gaps."),
  epoch: z.string().describe("Changes only when the log itself was lost."),
  cursor: z.string().describe("`<epoch>.<seq>`: give it as `after` to go on behind this event."),
  pbx: z.string(),
  time: timeSchema,
  gone: z
    .literal(true)
    .optional()
    .describe(
      "The call, queue or room goes on, but nobody whom the token and the filter name takes part any more: you see no more of it, and it is " +
        "not in your lists and snapshots.",
    ),
};
const ofCall = { ...numbered, cause: causeSchema, call: callSchema.describe("The call after the change.") };

/** A connection by call and id. */
export const connectionKeySchema = z
  .object({ callId: z.string(), connectionId: z.string() })
  .meta({ id: "ConnectionKey" });

/** A connection that is another one now: CSTA's list of old and new connections. */
export const connectionMoveSchema = z
  .object({ from: connectionKeySchema, to: connectionKeySchema })
  .meta({ id: "ConnectionMove" });

/** The events of a call, by CSTA's names. */
export const callEventSchema = z
  .discriminatedUnion("type", [
    z.object({ ...ofCall, type: z.literal("originated"), connection: connectionSchema }),
    z
      .object({ ...ofCall, type: z.literal("delivered"), connection: connectionSchema })
      .describe("It rings at a device."),
    z.object({ ...ofCall, type: z.literal("established"), connection: connectionSchema }),
    z.object({ ...ofCall, type: z.literal("held"), connection: connectionSchema }),
    z
      .object({ ...ofCall, type: z.literal("retrieved"), connection: connectionSchema })
      .describe("Taken back from hold, or out of a parking lot."),
    z.object({ ...ofCall, type: z.literal("queued"), connection: connectionSchema, queue: z.string() }),
    z
      .object({
        ...ofCall,
        type: z.literal("diverted"),
        from: connectionSchema.describe("The connection it goes away from."),
        to: z.string().optional().describe("The number it goes to, or of the device that took it."),
        connections: z.array(connectionMoveSchema),
      })
      .describe("It goes on to somewhere else before it was answered: forward, pick-up."),
    z.object({ ...ofCall, type: z.literal("parked"), connection: connectionSchema }),
    z
      .object({
        ...ofCall,
        type: z.literal("transferred"),
        transferring: connectionSchema.optional().describe("Who transferred, if somebody did."),
        to: z.string().optional().describe("The number of a blind transfer."),
        connections: z.array(connectionMoveSchema).describe("Old and new connections."),
      })
      .describe("Told of the call that goes on."),
    z.object({
      ...ofCall,
      type: z.literal("conferenced"),
      conferencing: connectionSchema.optional(),
      connections: z.array(connectionMoveSchema),
    }),
    z
      .object({ ...ofCall, type: z.literal("failed"), connection: connectionSchema })
      .describe("A device could not be reached, or does not want."),
    z.object({ ...ofCall, type: z.literal("connection-cleared"), connection: clearedConnectionSchema }),
    z
      .object({
        ...ofCall,
        type: z.literal("call-cleared"),
        mergedInto: z.string().optional().describe("Id of the call that its parties are in now."),
      })
      .describe("The end of a call."),
    z.object({ ...ofCall, type: z.literal("talking"), connection: connectionSchema }),
    z
      .object({ ...ofCall, type: z.literal("updated"), connection: connectionSchema.optional() })
      .describe("Anything else: names, numbers, a new leg that does not ring yet, user data."),
  ])
  .meta({ id: "CallEvent" });

/** The events of everything that is no call. */
export const stateEventSchema = z
  .discriminatedUnion("type", [
    z.object({ ...numbered, type: z.literal("queue-changed"), queue: queueSchema }),
    z.object({ ...numbered, type: z.literal("conference-room-changed"), room: conferenceRoomSchema }),
    z.object({
      ...numbered,
      type: z.literal("parking-changed"),
      parked: parkedCallSchema,
      occupied: z.boolean().describe("False when the space is free again."),
    }),
    z.object({
      ...numbered,
      type: z.literal("extension-changed"),
      extension: extensionSchema,
      removed: z.boolean().optional(),
    }),
    z.object({
      ...numbered,
      type: z.literal("device-state-changed"),
      device: z.string(),
      extension: z.string().optional(),
      state: z.string(),
    }),
    z.object({ ...numbered, type: z.literal("presence-changed"), presence: presenceSchema }),
    z.object({ ...numbered, type: z.literal("mailbox-changed"), mailbox: mailboxSchema }),
    z.object({
      ...numbered,
      type: z.literal("pbx-changed"),
      state: pbxSchema,
      removed: z.boolean().optional().describe("It is not configured any more: nothing of it is there now."),
    }),
    z.object({ ...numbered, type: z.literal("originate-failed"), target: z.string(), cause: causeSchema }),
  ])
  .meta({ id: "StateEvent" });

/** One numbered event. */
export const streamEventSchema = z.union([callEventSchema, stateEventSchema]).meta({ id: "StreamEvent" });

/** Everything there is now, as far as filter and token allow; the stream goes on behind `cursor`. */
export const snapshotMessageSchema = z
  .object({
    type: z.literal("snapshot"),
    cursor: z.string(),
    time: timeSchema,
    pbxs: z.array(pbxSchema),
    calls: z.array(callSchema),
    queues: z.array(queueSchema),
    conferenceRooms: z.array(conferenceRoomSchema),
    parkedCalls: z.array(parkedCallSchema),
    extensions: z.array(extensionSchema),
    presences: z.array(presenceSchema),
    mailboxes: z.array(mailboxSchema),
  })
  .meta({ id: "SnapshotMessage" });

/** Events between the cursor that was given and the following snapshot cannot be told any more. */
export const gapMessageSchema = z
  .object({
    type: z.literal("gap"),
    cursor: z.string().describe("Where the stream goes on."),
    reason: z
      .enum(["too-old", "other-epoch", "unknown"])
      .describe(
        "`too-old`: no longer kept. `other-epoch`: the log was lost. `unknown`: no such cursor was ever given out.",
      ),
  })
  .meta({ id: "GapMessage" });

/** Told when nothing else was for a while; its cursor is as good as an event's, also where a filter lets nothing pass. */
export const heartbeatMessageSchema = z
  .object({ type: z.literal("heartbeat"), cursor: z.string(), time: timeSchema })
  .meta({ id: "HeartbeatMessage" });

/** The last message: the server ends the stream, and why. Go on behind `cursor`. */
export const closingMessageSchema = z
  .object({
    type: z.literal("closing"),
    cursor: z.string(),
    code: z.enum(["TOO_SLOW", "TOKEN_ENDED", "SERVER_STOPS"]),
    message: z.string(),
  })
  .meta({ id: "ClosingMessage" });

/** Everything that comes out of `/api/v1/events`. */
export const streamMessageSchema = z
  .union([streamEventSchema, snapshotMessageSchema, gapMessageSchema, heartbeatMessageSchema, closingMessageSchema])
  .meta({ id: "StreamMessage" });

export type ConnectionKey = z.infer<typeof connectionKeySchema>;
export type ConnectionMove = z.infer<typeof connectionMoveSchema>;
export type CallEvent = z.infer<typeof callEventSchema>;
export type StateEvent = z.infer<typeof stateEventSchema>;
export type StreamEvent = z.infer<typeof streamEventSchema>;
export type SnapshotMessage = z.infer<typeof snapshotMessageSchema>;
export type GapMessage = z.infer<typeof gapMessageSchema>;
export type HeartbeatMessage = z.infer<typeof heartbeatMessageSchema>;
export type ClosingMessage = z.infer<typeof closingMessageSchema>;
export type StreamMessage = z.infer<typeof streamMessageSchema>;
