import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { suggest } from "../config/suggest.ts";
import { ApiError } from "./api-error.ts";
import type { WrongPlace } from "./api-error.ts";
import type { Route } from "./define-route.ts";

/** The parts of a request that its route describes, checked. */
export interface CheckedRequest {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
}

/**
 * Checks a request against its route. Messages never repeat a value.
 * @throws ApiError `BAD_REQUEST` with every place that is wrong
 */
export function readRequest(route: Route, request: FastifyRequest): CheckedRequest {
  const wrong: WrongPlace[] = [];
  const check = (place: string, schema: z.ZodType | undefined, value: unknown): unknown => {
    const result = schema?.safeParse(value);
    if (result === undefined) return undefined;
    if (result.success) return result.data;
    for (const issue of result.error.issues) wrong.push(...describe(place, issue));
    return undefined;
  };
  const queryShape = Object.keys(route.query?.shape ?? {});
  for (const key of Object.keys(request.query as object)) {
    if (!queryShape.includes(key)) wrong.push(unknownParameter(key, queryShape));
  }
  const params = check("path", route.params, request.params);
  const query = check("query", route.query, { ...(request.query as object) });
  const body = check("body", route.body, request.body);
  if (wrong.length > 0) throw new ApiError("BAD_REQUEST", { errors: wrong.slice(0, 50) });
  return { params: (params ?? {}) as Record<string, unknown>, query: (query ?? {}) as Record<string, unknown>, body };
}

function unknownParameter(key: string, known: readonly string[]): WrongPlace {
  const meant = suggest(key, known);
  const help =
    meant !== undefined
      ? `did you mean "${meant}"?`
      : known.length === 0
        ? "this operation takes none"
        : `known here: ${known.join(", ")}`;
  return { path: `query.${key.slice(0, 100)}`, message: `is no parameter; ${help}` };
}

function describe(place: string, issue: z.core.$ZodIssue): WrongPlace[] {
  const path = [place, ...issue.path.map(String)].join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: `${path}.${key.slice(0, 100)}`, message: "is not known here" }));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const messages = issue.errors.flatMap((branch) => branch.map((each) => each.message));
    return [{ path, message: [...new Set(messages)].join(", or: ") }];
  }
  return [{ path, message: issue.message }];
}
