import type { CallRecord } from "@cordboard/sdk";
import { describePath } from "../describe-path.ts";
import { millisecondsBetween } from "../step-list.ts";

/** A record for people: what a receptionist asks, what an accountant asks, its way, and who talked to whom. */
export function describeRecord(record: CallRecord): string {
  const { answeredBy, call, callerName, callerNumber, cause, dialled, id, mergedInto, queue, result } = record;
  const from = [callerNumber, callerName].filter((part) => part !== undefined).join(" ");
  const facts = [
    `${id} ${result} (${cause})`,
    `${from === "" ? "?" : from} → ${dialled ?? "?"}`,
    answeredBy === undefined ? "" : `answered by ${answeredBy}`,
    queue === undefined ? "" : `queue ${queue}`,
    mergedInto === undefined ? "" : `merged into ${mergedInto}`,
    `lasted ${seconds(millisecondsBetween(record.startedAt, record.clearedAt) / 1000)}`,
    ...(["ring", "queue", "talk", "hold"] as const).map((kind) =>
      record[`${kind}Seconds`] === 0 ? "" : `${kind} ${seconds(record[`${kind}Seconds`])}`,
    ),
  ].filter(Boolean);
  const who = new Map(call.cleared.map((one) => [one.id, one.extension ?? one.device]));
  const talks = call.talks.map(
    ({ connections, startedAt, endedAt = record.clearedAt }) =>
      `${connections
        .map((one) => who.get(one) ?? one)
        .toSorted()
        .join("+")} ${seconds(millisecondsBetween(startedAt, endedAt) / 1000)}`,
  );
  return [
    `  ${facts.join(" · ")}`,
    `    ${describePath(record)}`,
    ...(talks.length === 0 ? [] : [`    talked: ${talks.join(", ")}`]),
  ].join("\n");
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
