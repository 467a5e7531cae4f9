import { z } from "zod";
import { timeSchema } from "./time.ts";

/** What a token allows to do. */
export const verbSchema = z
  .enum(["read", "call-history", "presence", "admin"])
  .describe(
    "`read`: live state and events. `call-history`: calls that ended. `presence`: set presence. `admin`: tokens, and everything else.",
  )
  .meta({ id: "Verb" });

const names = z.union([z.literal("*"), z.array(z.string().min(1).max(100)).min(1).max(1000)]);

/** Whom and what a token reaches. */
export const scopeSchema = z
  .object({
    pbxs: names.describe("Ids of PBXs, or `*`."),
    extensions: names.describe("Extensions, or `*`: without it calls are seen only while one of these takes part."),
    verbs: z.array(verbSchema).min(1),
  })
  .meta({ id: "Scope" });

/** A token as it is listed: never its secret. */
export const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scope: scopeSchema,
    createdAt: timeSchema,
    expiresAt: timeSchema.optional(),
    lastUsedAt: timeSchema.optional(),
  })
  .meta({ id: "Token" });

/** What makes a token. */
export const newTokenSchema = z
  .strictObject({
    name: z.string().min(1).max(100).describe("For people: what it is for."),
    // A limit that is not known must not be left out in silence.
    scope: scopeSchema.strict(),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: "NewToken" });

/** The only time that the secret is told. */
export const createdTokenSchema = tokenSchema.extend({ secret: z.string() }).meta({ id: "CreatedToken" });

/** A one-use ticket for `/api/v1/events`. */
export const ticketSchema = z.object({ ticket: z.string(), expiresAt: timeSchema }).meta({ id: "Ticket" });

export type Verb = z.infer<typeof verbSchema>;
export type Scope = z.infer<typeof scopeSchema>;
export type Token = z.infer<typeof tokenSchema>;
export type NewToken = z.infer<typeof newTokenSchema>;
export type CreatedToken = z.infer<typeof createdTokenSchema>;
export type Ticket = z.infer<typeof ticketSchema>;
