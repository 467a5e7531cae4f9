import {
  callHistoryExportQuerySchema,
  callHistoryPageSchema,
  callHistoryQuerySchema,
  callRecordSchema,
} from "@cordboard/sdk/schemas";
import { z } from "zod";
import { ApiError } from "../http/api-error.ts";
import { defineRoute, type Route } from "../http/define-route.ts";
import type { Database } from "../storage/database.ts";
import { checkSearch, searchCallHistory, SearchError } from "./call-history-search.ts";
import type { CallHistoryStore } from "./call-history-store.ts";
import { exportCallHistory } from "./export.ts";

const tag = "call-history";

/** `/call-history`: the calls that have ended. */
export function callHistoryRoutes(database: Database, store: CallHistoryStore): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/call-history",
      operationId: "searchCallHistory",
      tag,
      verb: "call-history",
      summary: "Calls that have ended",
      description: "A token of some extensions sees the calls in which one of them took part, also if it only rang.",
      query: callHistoryQuerySchema,
      reply: { description: "Newest first", schema: callHistoryPageSchema },
      handle: ({ query, grant, signal }) =>
        asBadRequest(() => searchCallHistory(database, query, grant.scope, { signal })),
    }),
    defineRoute({
      method: "GET",
      path: "/call-history/export",
      operationId: "exportCallHistory",
      tag,
      verb: "call-history",
      summary: "Calls that have ended, as a file",
      query: callHistoryExportQuerySchema,
      reply: {
        description:
          "Newest first, as fast as it is read. A connection that closes early means that it is not complete.",
        contentTypes: ["text/csv", "application/json"],
      },
      stream: true,
      handle: async ({ query, grant, reply, signal }) => {
        await asBadRequest(() => checkSearch(query));
        const type =
          query.format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/json; charset=utf-8";
        reply.header("content-type", type);
        reply.header("content-disposition", `attachment; filename="call-history.${query.format}"`);
        return exportCallHistory(database, query, grant.scope, signal);
      },
    }),
    defineRoute({
      method: "GET",
      path: "/call-history/{id}",
      operationId: "getCallRecord",
      tag,
      verb: "call-history",
      summary: "One call that has ended",
      description: "Under the id that it had while it lasted.",
      params: z.object({ id: z.string().max(100) }),
      reply: { description: "The call", schema: callRecordSchema },
      errors: ["NOT_FOUND"],
      handle: async ({ params, grant }) => {
        const record = await store.find(params.id, grant.scope);
        if (record === undefined) throw new ApiError("NOT_FOUND");
        return record;
      },
    }),
  ];
}

async function asBadRequest<T>(search: () => T | Promise<T>): Promise<T> {
  try {
    return await search();
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    throw new ApiError("BAD_REQUEST", { errors: [{ path: `query.${error.parameter}`, message: error.message }] });
  }
}
