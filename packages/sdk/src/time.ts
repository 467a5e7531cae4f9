import { z } from "zod";

/** ISO 8601 in UTC with milliseconds: `2026-11-21T15:04:05.678Z`. */
export const timeSchema = z.iso.datetime({ precision: 3 }).describe("ISO 8601 in UTC with milliseconds.");
