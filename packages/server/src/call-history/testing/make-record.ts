import type { CallRecord, ClearedConnection } from "@cordboard/sdk";

/** Who took part in a made record. */
export interface MadeParty {
  readonly extension?: string;
  readonly number?: string;
  readonly name?: string;
  readonly device?: string;
}

/** A call from one party to another, answered for two seconds; `minute` is how long after noon it began. */
export function makeRecord(
  id: string,
  minute: number,
  [caller = {}, called = {}]: readonly MadeParty[] = [],
  more: Partial<CallRecord> = {},
): CallRecord {
  const startedAt = new Date(Date.parse("2026-11-21T12:00:00.000Z") + minute * 60_000).toISOString();
  const clearedAt = new Date(Date.parse(startedAt) + 3000).toISOString();
  const cleared = [caller, called].map((party, index): ClearedConnection => ({
    id: `${id}.${String(index)}`,
    device: `PJSIP/${party.extension ?? "trunk"}`,
    ...party,
    ...(party.number === undefined && party.extension !== undefined ? { number: party.extension } : {}),
    role: index === 0 ? "caller" : "called",
    state: "null",
    startedAt,
    answeredAt: startedAt,
    clearedAt,
    cause: "normal",
  }));
  const pbx = more.pbx ?? "office";
  return {
    id,
    pbx,
    startedAt,
    clearedAt,
    result: "answered",
    cause: "normal",
    ...(cleared[0]?.number === undefined ? {} : { callerNumber: cleared[0].number }),
    ...(cleared[0]?.name === undefined ? {} : { callerName: cleared[0].name }),
    ringSeconds: 1,
    queueSeconds: 0,
    talkSeconds: 2,
    holdSeconds: 0,
    path: [{ at: clearedAt, type: "cleared" }],
    call: { id, pbx, connections: [], cleared, startedAt, clearedAt, cause: "normal", talks: [], userData: {} },
    ...more,
  };
}
