import type { Call, CallRecord, CallStep } from "@cordboard/sdk";
import type { Selectable } from "kysely";
import { isoTime } from "../events/iso-time.ts";
import type { CallHistoryRow } from "../storage/database.ts";

/** A record as a row; its place in the order of the table comes later. */
export function rowOf(record: CallRecord): Omit<CallHistoryRow, "seq"> {
  return {
    call_id: record.id,
    pbx: record.pbx,
    started_at: Date.parse(record.startedAt),
    established_at: record.establishedAt === undefined ? null : Date.parse(record.establishedAt),
    cleared_at: Date.parse(record.clearedAt),
    result: record.result,
    cause: record.cause,
    caller_number: text(record.callerNumber),
    caller_name: text(record.callerName),
    caller_extension: text(record.callerExtension),
    dialled: text(record.dialled),
    answered_by: text(record.answeredBy),
    queue: text(record.queue),
    merged_into: record.mergedInto ?? null,
    ring_ms: milliseconds(record.ringSeconds),
    queue_ms: milliseconds(record.queueSeconds),
    talk_ms: milliseconds(record.talkSeconds),
    hold_ms: milliseconds(record.holdSeconds),
    details: JSON.stringify({ path: record.path, call: record.call }),
  };
}

/** The record of a row. */
export function recordOf(row: Selectable<CallHistoryRow>): CallRecord {
  const { path, call } = JSON.parse(row.details) as { path: CallStep[]; call: Call };
  return {
    id: row.call_id,
    pbx: row.pbx,
    startedAt: isoTime(row.started_at),
    ...(row.established_at === null ? {} : { establishedAt: isoTime(row.established_at) }),
    clearedAt: isoTime(row.cleared_at),
    result: row.result as CallRecord["result"],
    cause: row.cause as CallRecord["cause"],
    ...optional("callerNumber", row.caller_number),
    ...optional("callerName", row.caller_name),
    ...optional("callerExtension", row.caller_extension),
    ...optional("dialled", row.dialled),
    ...optional("answeredBy", row.answered_by),
    ...optional("queue", row.queue),
    ...optional("mergedInto", row.merged_into),
    ringSeconds: row.ring_ms / 1000,
    queueSeconds: row.queue_ms / 1000,
    talkSeconds: row.talk_ms / 1000,
    holdSeconds: row.hold_ms / 1000,
    path,
    call,
  };
}

/** PostgreSQL knows no NUL in a text, and no half of a character. */
function text(value: string | undefined): string | null {
  return value === undefined ? null : value.toWellFormed().replaceAll("\0", "");
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

function optional<Key extends string>(key: Key, value: string | null): { readonly [K in Key]?: string } {
  return (value === null ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}
