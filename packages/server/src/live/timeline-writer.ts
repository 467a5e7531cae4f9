import type {
  Call,
  CallChange,
  Cause,
  Change,
  ClearedConnection,
  ConferenceRoom,
  Connection,
  Pbx,
  PbxResync,
  Queue,
  StateChange,
} from "@cordboard/pbx";
import { abandonText, changeText, endText, leaveText, lineAbout, stopText, unparkText } from "./change-text.ts";
import type { Line, Overtaken } from "./change-text.ts";
import { titleOf } from "./live-call.ts";
import type { LiveEntry } from "./live-types.ts";
import { mailboxText, presenceText, queueText, roomNews } from "./state-text.ts";
import { label } from "./who.ts";
import type { Names } from "./who.ts";
import { count, failure } from "./words.ts";

/** An entry that has no number yet. */
export type NewEntry = Omit<LiveEntry, "seq" | "pbx">;

/** What is known of a PBX when its timeline begins. */
export type KnownBefore = Pick<Pbx, "calls" | "queues" | "conferenceRooms" | "presences" | "mailboxes">;

/** Longest text of an entry, in characters. */
const MAX_TEXT = 300;
/** More calls than this found or lost at once are told in one line. */
const MAX_FOUND = 5;

/** A line that another one may still make needless, or an end that may be one of several. */
type Waiting =
  | { readonly why: Overtaken; readonly id: string; readonly at: number; readonly line: Line; readonly space?: string }
  | {
      readonly why: "left" | "stopped";
      readonly id: string;
      readonly at: number;
      readonly connection: ClearedConnection;
      /** The call that goes on. */
      readonly call: Call;
    };

/** A call that a snapshot told, or its end. */
interface Sighting {
  readonly at: number;
  readonly call: Call;
}

/** What is remembered of one call while it lives. */
interface Book {
  call: Call;
  before: Call | undefined;
  waiting: Waiting[];
  /** The call when a snapshot told of it: what that snapshot says besides is no news. */
  found: Call | undefined;
  /** Connections whose end has been told already, as a transfer or otherwise, and until when that counts. */
  readonly gone: Map<string, number>;
  /** Connections whose coming has been told already: with which state of the call, and until when that counts. */
  readonly come: Map<string, { readonly call: Call; readonly until: number }>;
}

/**
 * Writes the timeline of one PBX: one line for each thing that happened to people. What takes several changes (all parties hang up; a
 * transfer, for which Asterisk first ends the hold) is told once, when it is whole, or after `patienceMs` as far as it got.
 *
 * It has no clock: times are those of the changes, and {@link TimelineWriter.flush} says what time it is.
 */
export class TimelineWriter {
  readonly #names: Names;
  readonly #patienceMs: number;
  readonly #books = new Map<string, Book>();
  /** Those who have waiting lines, the longest waiting first. */
  readonly #impatient = new Set<Book>();
  /** In which call each connection is that has a channel. */
  readonly #callOf = new Map<string, string>();
  readonly #mailboxes = new Set<string>();
  readonly #presences = new Set<string>();
  readonly #queues = new Map<string, Queue>();
  readonly #rooms = new Map<string, ConferenceRoom>();
  #found: readonly Sighting[] = [];
  #lost: readonly Sighting[] = [];
  #refused: { readonly at: number; readonly target: string; readonly cause: Cause }[] = [];
  #ready: NewEntry[] = [];

  constructor(names: Names, patienceMs = 400) {
    this.#names = names;
    this.#patienceMs = patienceMs;
  }

  /** Takes up what is there already; nothing is told of it. */
  know({ calls, queues, conferenceRooms, presences, mailboxes }: KnownBefore): void {
    for (const call of calls) this.#see(this.#book(call), call);
    for (const queue of queues) this.#queues.set(queue.name, queue);
    for (const room of conferenceRooms) this.#rooms.set(room.name, room);
    for (const { presentity } of presences) this.#presences.add(presentity);
    for (const { mailbox } of mailboxes) this.#mailboxes.add(mailbox);
  }

  /** Takes a change; `atSnapshot` if the first snapshot of a login told it. @returns the entries that are ready by it */
  write(change: Change, at: number, atSnapshot: boolean): readonly NewEntry[] {
    if ("call" in change) this.#onCall(change, at);
    else this.#onState(change, at, atSnapshot);
    return this.#take();
  }

  /** The snapshot after a login is complete: how long nothing was heard, and what happened meanwhile. */
  resynced({ at, first, gapMs, changes }: PbxResync): readonly NewEntry[] {
    if (!first && gapMs > 0) {
      const ended = changes.filter((one) => one.type === "call-cleared" && one.mergedInto === undefined).length;
      const began = changes.filter(({ type }) => type === "originated").length;
      const what = [
        ...(ended === 0 ? [] : [`${count(ended, "call")} ended`]),
        ...(began === 0 ? [] : [`${began} began`]),
      ];
      const text = `the link was down for ${(gapMs / 1000).toFixed(1)} s: ${what.join(", ") || "no call came or went"}`;
      this.#ready.push({ at, kind: "resync", text, concerns: [] });
    }
    this.#flushSightings(at);
    return this.#take();
  }

  /** How many calls and connections it remembers. */
  get remembered(): number {
    return this.#books.size + this.#callOf.size + this.#impatient.size;
  }

  /** When {@link TimelineWriter.flush} is due; undefined while nothing waits. */
  get due(): number | undefined {
    const [book] = this.#impatient;
    const oldest = [book?.waiting[0], this.#found[0], this.#lost[0], this.#refused[0]].flatMap((one) => one?.at ?? []);
    return oldest.length === 0 ? undefined : Math.min(...oldest) + this.#patienceMs;
  }

  /** @returns the entries that have waited long enough */
  flush(now: number): readonly NewEntry[] {
    const until = now - this.#patienceMs;
    for (const book of this.#impatient) {
      if ((book.waiting[0]?.at ?? 0) > until) break;
      this.#flushBook(book);
    }
    this.#flushSightings(until);
    for (const { at, target, cause } of this.#refused.filter((one) => one.at <= until)) {
      const why = cause === "failed" ? "" : ` (${cause.replaceAll("-", " ")})`;
      const text = `a program could not call ${target}${why}`;
      this.#push(at, lineAbout("not-answered", text, [{ device: target }], this.#names));
    }
    this.#refused = this.#refused.filter((one) => one.at > until);
    return this.#take();
  }

  #take(): readonly NewEntry[] {
    const ready = this.#ready;
    if (ready.length > 0) this.#ready = [];
    return ready;
  }

  #push(at: number, line: Line, callId?: string): void {
    const text = line.text.replaceAll(/\p{Cc}+/gu, " ").slice(0, MAX_TEXT);
    this.#ready.push({
      at,
      kind: line.kind,
      text,
      ...(callId === undefined ? {} : { callId }),
      concerns: line.concerns,
    });
  }

  #flushSightings(until: number): void {
    this.#found = this.#flushCalls(this.#found, until, "found");
    this.#lost = this.#flushCalls(this.#lost, until, "ended unseen");
  }

  #flushCalls(those: readonly Sighting[], until: number, what: string): readonly Sighting[] {
    const due = those.filter(({ at }) => at <= until);
    const at = due[0]?.at ?? 0;
    if (due.length > MAX_FOUND) this.#push(at, { kind: "resync", text: `${due.length} calls ${what}`, concerns: [] });
    else
      for (const { call } of due) {
        const parties = call.connections.length > 0 ? call.connections : call.cleared;
        this.#push(
          at,
          lineAbout("resync", `a call ${what}: ${titleOf(call, this.#names)}`, parties, this.#names),
          call.id,
        );
      }
    return due.length === 0 ? those : those.filter((one) => one.at > until);
  }

  // ------------------------------------------------------------------ calls

  #book(call: Call): Book {
    let book = this.#books.get(call.id);
    if (book === undefined) {
      book = { call, before: undefined, waiting: [], found: undefined, gone: new Map(), come: new Map() };
      this.#books.set(call.id, book);
    }
    return book;
  }

  #see(book: Book, call: Call): void {
    if (book.call !== call) {
      book.before = book.call;
      book.call = call;
    }
    for (const one of call.connections) if (one.channel !== undefined) this.#callOf.set(one.id, call.id);
  }

  #onCall(change: CallChange, at: number): void {
    const { call } = change;
    const book = this.#book(call);
    if (book.call !== call || book.before === undefined) this.#see(book, call);
    if (change.type === "call-cleared") this.#ended(book, change, at);
    else if (change.type === "originated" && change.cause === "snapshot") {
      book.found = call;
      this.#found = [...this.#found, { at, call }];
    } else if (book.found === call) return;
    else if (change.type === "connection-cleared") this.#cleared(book, change.connection, at);
    else this.#told(book, change, at);
  }

  #told(
    book: Book,
    change: Exclude<CallChange, { readonly type: "connection-cleared" | "call-cleared" }>,
    at: number,
  ): void {
    const { before } = book;
    const about = "connection" in change ? change.connection?.id : undefined;
    if (change.type === "retrieved" || change.type === "established")
      if (book.come.get(change.connection.id)?.call === change.call) return;
    this.#markMoves(book, change, at);
    if (change.type === "transferred" && change.cause === "unparked") this.#unparked(book, change, at);
    if (change.type === "failed")
      this.#refused = this.#refused.filter(({ target }) => target !== change.connection.device);
    const said = changeText(change, { before, at, names: this.#names });
    this.#forgetOvertaken(book, change, about);
    if (said === undefined) return;
    const { line, waits } = said;
    if (waits === undefined) this.#say(book, at, line);
    else {
      const space = before?.parked?.space;
      const id = change.type === "transferred" ? "" : (about ?? "");
      this.#wait(book, { why: waits, id, at, line, ...(space === undefined ? {} : { space }) });
    }
  }

  /** What has happened now says better what a waiting line would have said. */
  #forgetOvertaken(book: Book, change: CallChange, about: string | undefined): void {
    const moved = "connections" in change ? change.connections.map(({ from }) => from) : [];
    for (const { callId, connectionId } of moved) {
      const other = this.#books.get(callId);
      if (other !== undefined) this.#forgetWaiting(other, connectionId, "answered");
    }
    if (change.type === "delivered")
      for (const other of this.#impatient) this.#forgetWaiting(other, change.connection.id, "ring");
    if (change.type === "parked") this.#forgetWaiting(book, "", "transfer");
    const isServed =
      change.type === "queued" || (change.type === "updated" && change.connection?.application !== undefined);
    if (isServed && about !== undefined) this.#forgetWaiting(book, about, "answered");
  }

  #unparked(book: Book, change: Extract<CallChange, { readonly type: "transferred" }>, at: number): void {
    const waiting = book.waiting.find(({ why }) => why === "unparked");
    const moved = new Set(change.connections.map(({ to }) => to.connectionId));
    const taker = change.call.connections.find(({ id }) => moved.has(id));
    const taken =
      change.call.connections.find(({ id }) => id === waiting?.id) ??
      change.call.connections.find(({ id }) => !moved.has(id));
    if (taker === undefined || taken === undefined) return;
    const space = waiting !== undefined && "space" in waiting ? waiting.space : undefined;
    if (waiting !== undefined) this.#forgetWaiting(book, waiting.id, "unparked");
    this.#say(book, at, unparkText(taker, taken, space, this.#names));
  }

  #cleared(book: Book, connection: ClearedConnection, at: number): void {
    const { id, cause, answeredAt, role } = connection;
    if (this.#callOf.get(id) === book.call.id) this.#callOf.delete(id);
    const isTold = this.#isGone(book, id, at);
    book.gone.delete(id);
    book.come.delete(id);
    if (isTold) return;
    // A failure has been told as such, and a move as what it was.
    if (["transferred", "conferenced", "parked", "forwarded", "picked-up", "joined", "unparked"].includes(cause))
      return;
    if (answeredAt === undefined && role !== "caller" && failure(cause) !== undefined) return;
    for (const why of ["timed-out", "unserved", "answered"] as const) this.#forgetWaiting(book, id, why);
    if (cause === "abandoned") this.#say(book, at, abandonText(connection, book.call, at, this.#names));
    else {
      const isRung = answeredAt === undefined && role !== "caller" && cause !== "lost" && cause !== "pbx-down";
      this.#wait(book, { why: isRung ? "stopped" : "left", id, at, connection, call: book.call });
    }
  }

  #ended(book: Book, change: Extract<CallChange, { readonly type: "call-cleared" }>, at: number): void {
    const { call, cause } = change;
    // Of a call that goes on in another one, who left it before is told as ever.
    const ends =
      change.mergedInto === undefined ? book.waiting.flatMap((one) => ("connection" in one ? [one] : [])) : [];
    if (ends.length > 0) book.waiting = book.waiting.filter((one) => !("connection" in one));
    this.#flushBook(book);
    this.#books.delete(call.id);
    for (const { id } of call.cleared) if (this.#callOf.get(id) === call.id) this.#callOf.delete(id);
    if (change.mergedInto !== undefined) return;
    const wasFound = this.#found.length;
    this.#found = this.#found.filter((one) => one.call.id !== call.id);
    if (cause === "lost") {
      if (this.#found.length === wasFound) this.#lost = [...this.#lost, { at, call: book.before ?? call }];
      return;
    }
    // Who goes on in another call, as after a consultation, has not hung up.
    const left = ends
      .filter(({ why, id }) => why === "left" && !this.#callOf.has(id))
      .map(({ connection }) => connection);
    const stopped = ends.filter(({ why }) => why === "stopped").map(({ connection }) => connection);
    const line = endText(call, left, stopped, this.#names);
    if (stopped.length > 0 && left.length > 0 && call.establishedAt !== undefined)
      this.#push(at, stopText(stopped, this.#names), call.id);
    if (line !== undefined) this.#push(at, line, call.id);
  }

  #say(book: Book, at: number, line: Line): void {
    this.#flushBook(book);
    this.#push(at, line, book.call.id);
  }

  #wait(book: Book, one: Waiting): void {
    book.waiting.push(one);
    this.#impatient.add(book);
  }

  #forgetWaiting(book: Book, id: string, why: Overtaken): void {
    book.waiting = book.waiting.filter((one) => one.why !== why || one.id !== id);
    if (book.waiting.length === 0) this.#impatient.delete(book);
  }

  /** Tells what waits, as far as it got: several for whom it stopped ringing are one line. */
  #flushBook(book: Book): void {
    this.#impatient.delete(book);
    if (book.waiting.length === 0) return;
    const { waiting, call } = book;
    book.waiting = [];
    const stopped = waiting.flatMap((one) => (one.why === "stopped" ? [one.connection] : []));
    for (const one of waiting) {
      if ("line" in one) this.#push(one.at, one.line, call.id);
      else if (one.why === "stopped") {
        if (one.connection === stopped[0]) this.#push(one.at, stopText(stopped, this.#names), call.id);
      } else if (!this.#callOf.has(one.id))
        this.#push(one.at, leaveText(one.connection, one.call, this.#names), call.id);
    }
  }

  /** Who comes and goes by a move is told with it, and not once more. */
  #markMoves(book: Book, change: CallChange, at: number): void {
    if (change.type !== "transferred" && change.type !== "conferenced" && change.type !== "diverted") return;
    const until = at + this.#patienceMs;
    const { call } = change;
    const out =
      change.type === "diverted" ? change.from : change.type === "transferred" ? change.transferring : undefined;
    if (out !== undefined) {
      book.gone.set(out.id, until);
      this.#forgetWaiting(book, out.id, "retrieve");
    }
    // Into a room they go by themselves, which is told of the room.
    if (change.type === "conferenced" && call.conferenceRoom !== undefined) return;
    for (const { to } of change.connections) book.come.set(to.connectionId, { call, until });
    if (change.type === "conferenced" && change.conferencing !== undefined)
      book.come.set(change.conferencing.id, { call, until });
  }

  #isGone(book: Book, id: string, at: number): boolean {
    return (book.gone.get(id) ?? -1) >= at;
  }

  // ------------------------------------------------------------------ what is no call

  #onState(change: StateChange, at: number, atSnapshot: boolean): void {
    switch (change.type) {
      case "presence-changed": {
        const isNew = !this.#presences.has(change.presence.presentity);
        this.#presences.add(change.presence.presentity);
        if (!isNew || !atSnapshot) this.#push(at, presenceText(change.presence, this.#names));
        return;
      }
      case "mailbox-changed": {
        const isNew = !this.#mailboxes.has(change.mailbox.mailbox);
        this.#mailboxes.add(change.mailbox.mailbox);
        // PJSIP's mailboxes are asked for after the snapshot; that an empty one is there is no news.
        const isNews = isNew ? !atSnapshot && change.mailbox.newMessages > 0 : true;
        if (isNews) this.#push(at, mailboxText(change.mailbox, this.#names));
        return;
      }
      case "queue-changed": {
        const before = this.#queues.get(change.queue.name);
        this.#queues.set(change.queue.name, change.queue);
        if (!atSnapshot) for (const line of queueText(before, change, this.#names)) this.#push(at, line);
        return;
      }
      case "conference-room-changed":
        this.#onRoom(change.room, at, atSnapshot);
        return;
      case "originate-failed":
        this.#refused.push({ at, target: change.target, cause: change.cause });
        return;
      case "parking-changed":
      case "device-state-changed":
      case "extension-state-changed":
    }
  }

  #onRoom(room: ConferenceRoom, at: number, atSnapshot: boolean): void {
    const before = this.#rooms.get(room.name);
    if (room.participants.length === 0) this.#rooms.delete(room.name);
    else this.#rooms.set(room.name, room);
    if (atSnapshot) return;
    for (const { channelId, what } of roomNews(before, room)) {
      const book = this.#books.get(this.#callOf.get(channelId) ?? "");
      const one = book === undefined ? undefined : connectionIn(book, channelId);
      if (book === undefined || one === undefined) continue;
      if (what === "leaves" && this.#isGone(book, channelId, at)) continue;
      if (what === "enters" && (book.come.get(channelId)?.until ?? -1) >= at) continue;
      this.#forgetWaiting(book, channelId, "answered");
      this.#say(
        book,
        at,
        lineAbout("conference", `${label(one, this.#names)} ${what} conference ${room.name}`, [one], this.#names),
      );
      // The hang-up that follows is the same thing.
      if (what === "leaves") book.gone.set(channelId, at + this.#patienceMs);
    }
    if ((before?.recording ?? false) !== room.recording) {
      const text = `conference ${room.name} is ${room.recording ? "recorded" : "not recorded any more"}`;
      this.#push(at, { kind: "conference", text, concerns: [] });
    }
  }
}

function connectionIn({ call, before }: Book, id: string): Connection | undefined {
  return [...call.connections, ...(before?.connections ?? [])].find((one) => one.id === id);
}
