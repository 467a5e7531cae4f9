import { z } from "zod";
import { connectionSchema } from "./call.ts";
import { timeSchema } from "./time.ts";

/** Somebody who waits in a queue. */
export const queueCallerSchema = z
  .object({
    connection: connectionSchema.optional().describe("Who waits, if the call is known."),
    callId: z.string().optional(),
    channelId: z.string(),
    position: z.int(),
    joinedAt: timeSchema,
  })
  .meta({ id: "QueueCaller" });

/** A member of a queue. */
export const queueMemberSchema = z
  .object({
    interface: z.string().describe("Such as `PJSIP/1002` or `Local/1002@from-queue/n`."),
    name: z.string(),
    extension: z.string().optional(),
    stateInterface: z.string().optional(),
    status: z
      .enum(["unknown", "idle", "in-use", "busy", "invalid", "unavailable", "ringing", "ringing-in-use", "on-hold"])
      .describe("State of its device."),
    paused: z.boolean(),
    pausedReason: z.string().optional(),
    penalty: z.int(),
    callsTaken: z.int(),
  })
  .meta({ id: "QueueMember" });

/** One queue of one PBX. */
export const queueSchema = z
  .object({
    pbx: z.string(),
    name: z.string(),
    callers: z.array(queueCallerSchema).describe("In the order of their position."),
    members: z.array(queueMemberSchema),
  })
  .meta({ id: "Queue" });

/** Somebody in a conference room. */
export const conferenceParticipantSchema = z
  .object({
    connection: connectionSchema.optional().describe("Who it is, if the call is known."),
    callId: z.string().optional(),
    channelId: z.string(),
    admin: z.boolean(),
    muted: z.boolean(),
    talking: z.boolean(),
  })
  .meta({ id: "ConferenceParticipant" });

/** One conference room in use. */
export const conferenceRoomSchema = z
  .object({
    pbx: z.string(),
    name: z.string(),
    participants: z.array(conferenceParticipantSchema),
    recording: z.boolean(),
  })
  .meta({ id: "ConferenceRoom" });

/** A space of a parking lot in use. */
export const parkedCallSchema = z
  .object({
    pbx: z.string(),
    lot: z.string(),
    space: z.string(),
    parkedAt: timeSchema,
    parker: z.string().optional(),
    channelId: z.string(),
    callId: z.string().optional(),
    connection: connectionSchema.optional(),
  })
  .meta({ id: "ParkedCall" });

/** What somebody says of himself. */
export const presenceSchema = z
  .object({
    pbx: z.string(),
    presentity: z.string().describe("Such as `CustomPresence:1111`."),
    extension: z.string().optional(),
    state: z.enum(["not_set", "unavailable", "available", "away", "xa", "chat", "dnd"]),
    subtype: z.string(),
    message: z.string(),
  })
  .meta({ id: "Presence" });

/** The counts of one mailbox. */
export const mailboxSchema = z
  .object({
    pbx: z.string(),
    mailbox: z.string().describe("Such as `1000@default`."),
    extension: z.string().optional(),
    newMessages: z.int().min(0).describe("Not heard yet, urgent ones included."),
    oldMessages: z.int().min(0),
  })
  .meta({ id: "Mailbox" });

/** A person's address, learnt from the PBX. */
export const extensionSchema = z
  .object({
    pbx: z.string(),
    number: z.string(),
    name: z.string().optional(),
    context: z.string().optional().describe("The dialplan context of its hint."),
    devices: z
      .array(z.object({ name: z.string(), state: z.string().optional() }))
      .describe(
        "Such as `PJSIP/1000`, with Asterisk's device state (`NOT_INUSE`, `INUSE`, `RINGING`, `UNAVAILABLE`…).",
      ),
    state: z
      .string()
      .optional()
      .describe(
        "State of its hint: `Idle`, `InUse`, `Busy`, `Unavailable`, `Ringing`, `InUse&Ringing`, `Hold`, `InUse&Hold`, `Unknown`.",
      ),
    presence: presenceSchema.optional(),
    mailbox: mailboxSchema.optional(),
    callIds: z.array(z.string()).describe("Calls it takes part in now."),
  })
  .meta({ id: "Extension" });

/** One PBX as Cordboard knows it. */
export const pbxSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z
      .enum(["connecting", "up", "down", "refused"])
      .describe("`down`: not reachable, tried again and again; `refused`: wrong user or secret, not tried again."),
    detail: z
      .string()
      .describe("For people: why it is not up, or why what is shown may be wrong; empty when all is well."),
    notes: z.array(z.string()).describe("What cannot be shown for want of a right, one sentence each."),
    since: timeSchema.describe("Since when it is in this state."),
    asterisk: z.string().optional().describe("Version of Asterisk."),
    recording: z.boolean().describe("True when this is no PBX but a recording."),
    lagMs: z.number().optional().describe("Milliseconds that its last answer to a ping took."),
    calls: z.int().min(0).describe("How many calls there are now."),
  })
  .meta({ id: "Pbx" });

export type QueueCaller = z.infer<typeof queueCallerSchema>;
export type QueueMember = z.infer<typeof queueMemberSchema>;
export type Queue = z.infer<typeof queueSchema>;
export type ConferenceParticipant = z.infer<typeof conferenceParticipantSchema>;
export type ConferenceRoom = z.infer<typeof conferenceRoomSchema>;
export type ParkedCall = z.infer<typeof parkedCallSchema>;
export type Presence = z.infer<typeof presenceSchema>;
export type Mailbox = z.infer<typeof mailboxSchema>;
export type Extension = z.infer<typeof extensionSchema>;
export type Pbx = z.infer<typeof pbxSchema>;
