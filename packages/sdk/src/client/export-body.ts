import type { CallHistoryExportQuery } from "../call-history.ts";
import type { Api } from "./api.ts";
import type { RequestOptions } from "./client-options.ts";
import { within } from "./within.ts";

/** The bytes of an export as they come; nothing is read ahead. The time limit is for the beginning, and for each wait after it. */
export async function openExport(
  api: Api,
  query: CallHistoryExportQuery,
  options: RequestOptions,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const controller = new AbortController();
  const accept = query.format === "csv" ? "text/csv" : "application/json";
  const path = ["call-history", "export"] as const;
  const { what, body } = await api.open({ path, query: { ...query }, accept, controller }, options);
  const reader = body.getReader();
  const limits = { ...api.limits(what, options), controller };
  return new ReadableStream(
    {
      async pull(out): Promise<void> {
        const { done, value } = await within(limits, "SDK_LINK_LOST", () => reader.read());
        if (done) out.close();
        else out.enqueue(value);
      },
      cancel: () => controller.abort(),
    },
    { highWaterMark: 0 },
  );
}
