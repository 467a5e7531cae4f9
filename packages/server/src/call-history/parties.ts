import type { CallRecord, CallStep, Connection } from "@cordboard/sdk";
import { nameKey, numberKey } from "./search-keys.ts";

/** By what a call is found: a device that took part, or a number that was dialled. */
export interface Party {
  readonly extension: string | null;
  readonly device: string | null;
  /** Its key of search; empty if there is none. */
  readonly number: string;
  readonly name: string;
}

/** More than this nobody looks for in one call. */
const mostParties = 500;

/** All by whom a call is found, each once: devices that rang or talked, and numbers that were dialled, forwarded or transferred to. */
export function partiesOf({ call, callerName, callerNumber, dialled, path }: CallRecord): Party[] {
  const parties = new Map<string, Party>();
  const add = (one: Partial<Pick<Connection, "extension" | "device" | "number" | "name">>): void => {
    const party: Party = {
      extension: one.extension ?? null,
      device: one.device ?? null,
      number: numberKey(one.number ?? one.extension ?? ""),
      name: nameKey(one.name ?? ""),
    };
    if (party.device === null && [...parties.values()].some(({ number }) => number === party.number)) return;
    if (parties.size < mostParties) parties.set(JSON.stringify(party), party);
  };
  for (const connection of call.cleared) add(connection);
  for (const step of path) if (step.device !== undefined) add(partOf(step));
  for (const number of [callerNumber, dialled, call.dialled]) if (number !== undefined) add({ number });
  for (const { type, to } of path)
    if (to !== undefined && (type === "diverted" || type === "transferred")) add({ number: to });
  if (callerName !== undefined && parties.size === 0) add({ name: callerName });
  return [...parties.values()].filter(({ device, name, number }) => device !== null || name !== "" || number !== "");
}

/** The queues a call has waited in. */
export function queuesOf({ path, queue }: CallRecord): string[] {
  const names = path.flatMap(({ type, to }) => (type === "queued" && to !== undefined ? [to] : []));
  return [...new Set(queue === undefined ? names : [...names, queue])];
}

function partOf({ device, extension, name, number }: CallStep): Partial<Connection> {
  return {
    ...(device === undefined ? {} : { device }),
    ...(extension === undefined ? {} : { extension }),
    ...(name === undefined ? {} : { name }),
    ...(number === undefined ? {} : { number }),
  };
}
