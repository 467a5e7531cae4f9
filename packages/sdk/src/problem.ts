import { z } from "zod";

/** An error of the API (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().describe("Address of the documentation of `code`, relative to the server."),
    status: z.int(),
    code: z.string().describe("Stable, for programs."),
    title: z.string().describe("What happened and what to do, for people."),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe("What is wrong with the request, by place."),
  })
  .meta({ id: "Problem" });

export type Problem = z.infer<typeof problemSchema>;
