import type { Call, CallChange, ClearedConnection, Connection } from "@cordboard/pbx";
import type { EntryKind } from "./live-types.ts";
import { concerned, label, labels, numberOf } from "./who.ts";
import type { Concerned, Names, Party } from "./who.ts";
import { duration, failure, ordinal, servedBy } from "./words.ts";

/** A line of the timeline, before it has a place in it. */
export interface Line {
  readonly kind: EntryKind;
  readonly text: string;
  readonly concerns: readonly Concerned[];
}

/**
 * What a line waits for: a moment later another one may say it better. `retrieve`: Asterisk itself takes a call back from hold when it
 * transfers it. `answered`: by what, is told next. `transfer`: to a parking lot, which says where. `unparked`: by whom. `timed-out`: a
 * party that hangs up while parked looks the same at first. `unserved`: so does one that gives up in a queue.
 * `ring`: while somebody consults, for a moment Asterisk does not tell which of his two calls it is for.
 */
export type Overtaken = "retrieve" | "answered" | "transfer" | "unparked" | "timed-out" | "unserved" | "ring";

/** What a change says to people. */
export interface ChangeText {
  readonly line: Line;
  readonly waits?: Overtaken;
}

/** What one needs to know to put a change into words. */
export interface ChangeContext {
  /** The call as it was told before this change. */
  readonly before: Call | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly names: Names;
}

/**
 * One change of a call in words, as far as it can be told from that change alone: `Kai <1000> calls 1002`. Undefined for what is no
 * news to people, and for ends, which are told together ({@link endText}, {@link leaveText}, {@link stopText}).
 */
export function changeText(change: CallChange, context: ChangeContext): ChangeText | undefined {
  switch (change.type) {
    case "originated":
      return begun(change.call, change.connection, context);
    case "delivered":
      return rings(change.call, change.connection, context);
    case "established":
      return answers(change.call, change.connection, context);
    case "held":
      return { line: holds("hold", "holds", change.call, change.connection, context) };
    case "retrieved":
      if (change.cause === "unparked") return unparked(change.connection, context);
      return { line: holds("retrieve", "retrieves", change.call, change.connection, context), waits: "retrieve" };
    case "queued":
      return { line: waits(change.call, change.connection, change.queue, context) };
    case "diverted":
      return { line: diverts(change, context) };
    case "parked":
      return { line: parks(change.call, change.connection, context) };
    case "transferred":
      return transfers(change, context);
    case "conferenced":
      return change.call.conferenceRoom === undefined ? { line: confers(change, context) } : undefined;
    case "failed":
      return { line: fails(change.call, change.connection, change.cause, context) };
    case "updated":
      return change.connection === undefined
        ? undefined
        : updated(change.call, change.connection, change.cause, context);
    default:
      return undefined;
  }
}

/** A line about these parties. */
export function lineAbout(kind: EntryKind, text: string, parties: readonly Party[], names: Names): Line {
  return { kind, text, concerns: parties.map((party) => concerned(party, names)) };
}

/** The end of a call: who has just gone out of it, and for whom it stopped ringing. */
export function endText(
  call: Call,
  left: readonly ClearedConnection[],
  stopped: readonly ClearedConnection[],
  names: Names,
): Line | undefined {
  const callersFirst = left.toSorted((one, other) => Number(other.role === "caller") - Number(one.role === "caller"));
  const releasing = callersFirst.filter(({ hungUp }) => hungUp === true);
  const who = labels(callersFirst, names);
  const about = (text: string): Line => lineAbout("hangup", text, [...callersFirst, ...stopped], names);
  if (left.length === 0) return stopped.length === 0 ? undefined : stopText(stopped, names);
  if (call.cause === "pbx-down") return about(`the PBX stops: the call of ${who} ends`);
  if (call.consults !== undefined && call.establishedAt !== undefined) {
    const line = about(`the consultation ${left.length === 1 ? "with" : "of"} ${who} ends`);
    return { ...line, concerns: call.cleared.map((one) => concerned(one, names)) };
  }
  const verb = left.length === 1 ? "hangs up" : "hang up";
  if (call.establishedAt !== undefined) {
    const [first] = releasing;
    const text = first === undefined ? `the call of ${who} ends` : `${label(first, names)} hangs up`;
    return lineAbout("hangup", text, callersFirst, names);
  }
  if (stopped.length > 0)
    return about(`${who} ${verb} before ${labels(stopped, names)} ${stopped.length === 1 ? "answers" : "answer"}`);
  const why =
    call.cause === undefined || failure(call.cause) === undefined ? "" : ` (${call.cause.replaceAll("-", " ")})`;
  return about(`${who} ${verb}${why}`);
}

/** Somebody is out of a call that goes on without him. */
export function leaveText(one: ClearedConnection, call: Call, names: Names): Line {
  const unseen = one.cause === "lost" ? ", unseen" : "";
  return lineAbout("hangup", `${label(one, names)} leaves the call${unseen}`, [one, ...call.connections], names);
}

/** It rings no more for these. */
export function stopText(stopped: readonly ClearedConnection[], names: Names): Line {
  const elsewhere = stopped.every(({ cause }) => cause === "answered-elsewhere" || cause === "picked-up");
  const verb = stopped.length === 1 ? "stops" : "stop";
  const why = elsewhere ? " (answered elsewhere)" : "";
  return lineAbout("not-answered", `${labels(stopped, names)} ${verb} ringing${why}`, stopped, names);
}

/** A caller has hung up in a queue. */
export function abandonText(one: ClearedConnection, call: Call, at: number, names: Names): Line {
  const { queue } = call;
  const where = queue === undefined ? "waiting" : `in queue ${queue.name} after ${duration(at - queue.joinedAt)}`;
  return lineAbout("queue", `${label(one, names)} gives up ${where}`, [one], names);
}

function begun(call: Call, one: Connection, { names }: ChangeContext): ChangeText | undefined {
  const who = label(one, names);
  const dialled = call.dialled === undefined ? [] : [{ numbers: [call.dialled] }];
  const line = (text: string): ChangeText => ({
    line: { kind: "call", text, concerns: [concerned(one, names), ...dialled] },
  });
  // What was dialled for a consultation Asterisk does not tell: who rings does.
  if (call.consults !== undefined || one.role !== "caller") return undefined;
  if (one.state === "null" || one.state === "alerting") return line(`a program calls ${who}`);
  return line(`${who} calls ${call.dialled ?? "in"}`);
}

/** For whom a device rings or whom it answers: nobody where that has been said, `Kai calls 1002`. */
function forWhom(call: Call, one: Connection, names: Names): readonly Connection[] {
  const others = call.connections.filter(({ id, state }) => id !== one.id && state !== "null" && state !== "alerting");
  const isPlain = call.dialled !== undefined && call.dialled === numberOf(one, names) && !call.cleared.some(isMoved);
  return isPlain && others.every(({ role }) => role === "caller") ? [] : others.filter(({ state }) => state !== "fail");
}

function isMoved({ cause }: ClearedConnection): boolean {
  return cause === "transferred" || cause === "parked" || cause === "joined";
}

function rings(call: Call, one: Connection, { names }: ChangeContext): ChangeText {
  const others = forWhom(call, one, names);
  const whom = others.length === 0 ? "" : ` for ${labels(others, names)}`;
  const queue = one.role === "agent" && call.queue !== undefined ? ` (queue ${call.queue.name})` : "";
  const why = call.consults === undefined ? queue : " (consultation)";
  const line = lineAbout("ring", `${label(one, names)} rings${whom}${why}`, [one, ...others], names);
  const consults = call.connections.some(({ channel }) => channel === undefined);
  return consults ? { line, waits: "ring" } : { line };
}

function answers(call: Call, one: Connection, { before, at, names }: ChangeContext): ChangeText | undefined {
  const was = before?.connections.find(({ id }) => id === one.id);
  const others = call.connections.filter((other) => other !== one && other.answeredAt !== undefined);
  const isRung = one.role !== "caller" || was?.state === "alerting" || was?.state === "null";
  if (!isRung) {
    if (others.length > 0 || servedBy(one.application) !== undefined) return undefined;
    const line = lineAbout("answer", `${call.dialled ?? "Asterisk"} answers ${label(one, names)}`, [one], names);
    return { line, waits: "answered" };
  }
  const { queue } = call;
  const isAgent = one.role === "agent" && queue !== undefined;
  const those = one.role === "caller" ? [] : forWhom(call, one, names);
  const whom = those.length === 0 ? "" : ` ${labels(those, names)}`;
  const wait = isAgent ? ` after ${duration(at - queue.joinedAt)} in queue ${queue.name}` : "";
  const callers = call.connections.filter((other) => other !== one && other.role === "caller");
  const parties = [...new Set([one, ...those, ...callers])];
  return { line: lineAbout("answer", `${label(one, names)} answers${whom}${wait}`, parties, names) };
}

function holds(kind: EntryKind, verb: string, call: Call, one: Connection, { names }: ChangeContext): Line {
  const others = call.connections.filter(({ id, answeredAt }) => id !== one.id && answeredAt !== undefined);
  const room = call.conferenceRoom;
  const whom = room === undefined ? labels(others, names) || "the call" : `conference ${room}`;
  return lineAbout(kind, `${label(one, names)} ${verb} ${whom}`, room === undefined ? [one, ...others] : [one], names);
}

function unparked(one: Connection, { before, names }: ChangeContext): ChangeText {
  const space = before?.parked?.space;
  const from = space === undefined ? "the parking lot" : space;
  return { line: lineAbout("park", `${label(one, names)} is taken from ${from}`, [one], names), waits: "unparked" };
}

/** Who has taken whom from a parking space. */
export function unparkText(taker: Connection, taken: Connection, space: string | undefined, names: Names): Line {
  const text = `${label(taker, names)} takes ${label(taken, names)} from ${space ?? "the parking lot"}`;
  return lineAbout("park", text, [taker, taken], names);
}

function waits(call: Call, one: Connection, queue: string, { names }: ChangeContext): Line {
  const place = call.queue?.position === undefined ? "" : `, ${ordinal(call.queue.position)}`;
  return lineAbout("queue", `${label(one, names)} waits in queue ${queue}${place}`, [one], names);
}

function diverts(change: Extract<CallChange, { readonly type: "diverted" }>, { names }: ChangeContext): Line {
  const { call, from, to, cause } = change;
  const callers = call.connections.filter(
    ({ id, role, state }) => id !== from.id && role === "caller" && state !== "fail",
  );
  const whom = callers.length === 0 ? "the call" : labels(callers, names);
  if (cause !== "picked-up") {
    const number = to === undefined ? [] : [{ numbers: [to] }];
    const line = lineAbout(
      "forward",
      `${label(from, names)} forwards ${whom} to ${to ?? "somebody else"}`,
      [from, ...callers],
      names,
    );
    return { ...line, concerns: [...line.concerns, ...number] };
  }
  const moved = new Set(change.connections.map((one) => one.to.connectionId));
  const picker =
    call.connections.find((one) => moved.has(one.id)) ?? call.connections.find(({ number }) => number === to);
  const who = picker === undefined ? (to ?? "somebody") : label(picker, names);
  const text = `${who} picks up ${callers.length === 0 ? whom : `the call of ${whom}`} for ${label(from, names)}`;
  return lineAbout("pickup", text, [...(picker === undefined ? [] : [picker]), from, ...callers], names);
}

function parks(call: Call, one: Connection, { before, names }: ChangeContext): Line {
  const space = call.parked?.space ?? "a space";
  const parker = call.parked?.parker;
  const by = [...(before?.connections ?? []), ...call.cleared].find(
    ({ id, device }) => device === parker && id !== one.id,
  );
  if (by === undefined) return lineAbout("park", `${label(one, names)} is parked on ${space}`, [one], names);
  return lineAbout("park", `${label(by, names)} parks ${label(one, names)} on ${space}`, [by, one], names);
}

function transfers(
  change: Extract<CallChange, { readonly type: "transferred" }>,
  { names }: ChangeContext,
): ChangeText | undefined {
  const { call, transferring: by, to, cause } = change;
  const moved = new Set(change.connections.map((one) => one.to.connectionId));
  const came = call.connections.filter(({ id }) => moved.has(id) && id !== by?.id);
  const stayed = call.connections.filter(({ id }) => !moved.has(id) && id !== by?.id);
  if (by === undefined) {
    if (cause === "unparked" || came.length + stayed.length < 2) return undefined;
    const all = [...stayed, ...came];
    return { line: lineAbout("transfer", `${labels(all, names)} are connected`, all, names) };
  }
  const who = label(by, names);
  if (to !== undefined) {
    const line = lineAbout(
      "transfer",
      `${who} transfers ${labels(stayed, names) || "the call"} to ${to}`,
      [by, ...stayed],
      names,
    );
    return { line: { ...line, concerns: [...line.concerns, { numbers: [to] }] }, waits: "transfer" };
  }
  const room = call.conferenceRoom;
  // Who came into the room and who left it has been told then.
  if (room !== undefined && came.length === 0) return undefined;
  const queue = call.queue?.position === undefined ? undefined : call.queue.name;
  const whom = room === undefined ? stayed : came;
  let whither = labels(came, names);
  if (room !== undefined) whither = `conference ${room}`;
  else if (queue !== undefined) whither = `queue ${queue}`;
  else if (came.length > 0 && came.every(({ state }) => state === "alerting")) whither += ", still ringing";
  if (whither === "" || whom.length === 0)
    return {
      line: lineAbout(
        "transfer",
        `${who} connects ${labels([...stayed, ...came], names)} and leaves`,
        [by, ...stayed, ...came],
        names,
      ),
    };
  const others = room === undefined ? came : [];
  const text = `${who} transfers ${labels(whom, names)} to ${whither}`;
  return { line: lineAbout("transfer", text, [...new Set([by, ...whom, ...others])], names) };
}

function confers(change: Extract<CallChange, { readonly type: "conferenced" }>, { names }: ChangeContext): Line {
  const { call, conferencing: by } = change;
  const others = call.connections.filter(({ id }) => id !== by?.id);
  if (by === undefined) return lineAbout("conference", `${labels(others, names)} are in one conference`, others, names);
  return lineAbout(
    "conference",
    `${label(by, names)} joins ${labels(others, names)} in a conference`,
    [by, ...others],
    names,
  );
}

function fails(call: Call, one: Connection, cause: CallChange["cause"], { names }: ChangeContext): Line {
  const why = failure(cause) ?? "cannot be reached";
  if (one.role === "caller" && one.state === "fail") {
    const dialled = call.dialled === undefined ? [] : [{ numbers: [call.dialled] }];
    const text = `${label(one, names)} gets no connection: ${call.dialled ?? "the number"} ${why}`;
    return { kind: "not-answered", text, concerns: [concerned(one, names), ...dialled] };
  }
  const others = call.connections.filter(
    ({ id, answeredAt, role }) => id !== one.id && (answeredAt !== undefined || role === "caller"),
  );
  return lineAbout("not-answered", `${label(one, names)} ${why}`, [one, ...others], names);
}

function updated(
  call: Call,
  one: Connection,
  cause: CallChange["cause"],
  { before, names }: ChangeContext,
): ChangeText | undefined {
  const was = before?.connections.find(({ id }) => id === one.id);
  if (cause === "park-timeout") {
    const space = before?.parked?.space ?? "the parking lot";
    const line = lineAbout("park", `${label(one, names)} is not taken from ${space} in time`, [one], names);
    return { line, waits: "timed-out" };
  }
  if (
    cause === "queue" &&
    was?.state === "queued" &&
    !call.connections.some((other) => other !== one && other.state === "connected")
  ) {
    const line = lineAbout(
      "queue",
      `${label(one, names)} leaves queue ${call.queue?.name ?? ""} unanswered`,
      [one],
      names,
    );
    return { line, waits: "unserved" };
  }
  const served = servedBy(one.application);
  const talks = call.connections.some((other) => other !== one && other.state === "connected");
  if (served === undefined || served === servedBy(was?.application) || talks) return undefined;
  return {
    line: lineAbout(
      served.includes("voicemail") ? "voicemail" : "hear",
      `${label(one, names)} ${served}`,
      [one],
      names,
    ),
  };
}
