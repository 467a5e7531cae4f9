import { deviceOf, partyLabel, readChannel, type TableMessage } from "./channel-fields.ts";
import type { ChannelRow } from "./channel-row.ts";
import type { RowStore } from "./row-store.ts";
import { startsCall } from "./table-events.ts";
import type { TimelineEntry, TimelineKind } from "./timeline-entry.ts";

/** Longest text of an entry, in characters. */
const maxText = 300;

const dialFailures: ReadonlyMap<string, string> = new Map([
  ["BUSY", "is busy"],
  ["NOANSWER", "does not answer"],
  ["CHANUNAVAIL", "cannot be reached"],
  ["CONGESTION", "cannot be reached (congestion)"],
]);

const applications: ReadonlyMap<string, [TimelineKind, string]> = new Map([
  ["playback", ["hear", "hears"]],
  ["background", ["hear", "hears"]],
  ["voicemail", ["voicemail", "reaches the voicemail of"]],
  ["voicemailmain", ["voicemail", "listens to voicemail"]],
  ["stasis", ["stasis", "enters the Stasis application"]],
]);

/** Puts events into words, from the rows before and after each. Remembers only what concerns channels that are there. */
export class TimelineWriter {
  readonly #rows: RowStore;
  #entries: TimelineEntry[] = [];
  #before: ChannelRow | undefined;
  /** Channels whose device asked for the hangup. */
  readonly #hangingUp = new Set<string>();
  /** Callers whom a dialled channel has answered. */
  readonly #answered = new Set<string>();
  /** Called channels of which it was already said why they did not answer. */
  readonly #notAnswered = new Set<string>();
  /** Second legs of who has transferred: the end of the first says it all. */
  readonly #transferredAway = new Set<string>();

  constructor(rows: RowStore) {
    this.#rows = rows;
  }

  /** The entries since the last call. */
  take(): TimelineEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  /** Lets go of what it remembers of channels that went without a Hangup. */
  forgetGone(): void {
    for (const memory of [this.#hangingUp, this.#answered, this.#notAnswered, this.#transferredAway]) {
      for (const uniqueid of memory) if (!this.#rows.channels.has(uniqueid)) memory.delete(uniqueid);
    }
  }

  /** To be called before the rows change. */
  before(message: TableMessage): void {
    this.#before = this.#rows.channels.get(message.get("Uniqueid") ?? "");
  }

  /** To be called when the rows have changed. */
  after(message: TableMessage, at: number): void {
    const before = this.#before;
    const row = this.#rows.channels.get(message.get("Uniqueid") ?? "");
    const say = (kind: TimelineKind, text: string, about: ChannelRow | undefined = row ?? before): void => {
      this.#entries.push({
        at,
        kind,
        text: text.replaceAll(/\p{Cc}+/gu, " ").slice(0, maxText),
        ...(about === undefined ? {} : { uniqueid: about.uniqueid, linkedid: about.linkedid }),
        plumbing: about?.local ?? false,
      });
    };
    switch (message.name) {
      case "Newchannel":
        if (before === undefined && row?.state === "Ring") say("call", calls(row));
        break;
      case "Newstate":
        if (before !== undefined && row !== undefined && before.state !== row.state) this.#newState(before, row, say);
        break;
      case "DialBegin":
        this.#dialBegin(message, row, say);
        break;
      case "DialEnd":
        this.#dialEnd(message, say);
        break;
      case "Newexten":
        if (row !== undefined) this.#newExten(row, say);
        break;
      case "Hold":
      case "Unhold":
        this.#hold(before, row, say);
        break;
      case "DTMFEnd":
        if (row !== undefined && message.get("Direction") === "Received")
          say("digit", `${partyLabel(row)}: digit ${message.get("Digit") ?? ""}`);
        break;
      case "HangupRequest":
        if (row !== undefined) this.#hangingUp.add(row.uniqueid);
        break;
      case "Hangup":
        if (before !== undefined) this.#hangup(before, message.get("Cause-txt") ?? "", say);
        break;
      default:
        this.#feature(message, row, say);
    }
  }

  #newState(before: ChannelRow, row: ChannelRow, say: Say): void {
    const who = partyLabel(row);
    if (startsCall(before, row)) say("call", calls(row));
    if (row.state === "Ringing") say("ring", `${who} rings`);
    if (row.state !== "Up") return;
    if (before.state !== "Ring") {
      const from = row.dialing?.from;
      if (from !== undefined && this.#rows.channels.has(from)) this.#answered.add(from);
      say("answer", `${who} answers`);
    } else if (!this.#answered.has(row.uniqueid) && row.dialed !== undefined) {
      say("answer", `${row.dialed} answers ${who}`);
    }
  }

  #dialBegin(message: TableMessage, caller: ChannelRow | undefined, say: Say): void {
    const dest = this.#rows.channels.get(message.get("DestUniqueid") ?? "");
    if (dest === undefined) return;
    // A caller that was answered before, as by an IVR, is answered anew by each one it reaches.
    if (caller !== undefined) this.#answered.delete(caller.uniqueid);
    else if (message.get("Uniqueid") === undefined) say("call", `Asterisk calls ${partyLabel(dest)}`, dest);
  }

  #dialEnd(message: TableMessage, say: Say): void {
    const dest = this.#rows.channels.get(message.get("DestUniqueid") ?? "");
    const status = message.get("DialStatus") ?? "";
    if (dest === undefined) return;
    const from = message.get("Uniqueid");
    if (status === "ANSWER" && from !== undefined && this.#rows.channels.has(from)) this.#answered.add(from);
    const failure = dialFailures.get(status);
    if (failure === undefined || this.#notAnswered.has(dest.uniqueid)) return;
    this.#notAnswered.add(dest.uniqueid);
    say("not-answered", `${partyLabel(dest)} ${failure}`, dest);
  }

  #newExten(row: ChannelRow, say: Say): void {
    const what = applications.get(row.application?.toLowerCase() ?? "");
    if (what === undefined) return;
    const argument = /^[^,&]*/.exec(row.applicationData ?? "")?.[0] ?? "";
    say(what[0], `${partyLabel(row)} ${what[1]} ${argument}`.trimEnd());
  }

  #hold(before: ChannelRow | undefined, row: ChannelRow | undefined, say: Say): void {
    if (before === undefined || row === undefined || before.held === row.held) return;
    const other = row.connectedLineNum === "" && row.connectedLineName === "" ? "" : ` ${connectedLabel(row)}`;
    say(
      row.held ? "hold" : "retrieve",
      `${partyLabel(row)} ${row.held ? "puts" : "retrieves"}${other}${row.held ? " on hold" : ""}`,
    );
  }

  #hangup(row: ChannelRow, cause: string, say: Say): void {
    const why = cause === "" || cause === "Unknown" ? "" : ` (${cause})`;
    const told = this.#notAnswered.delete(row.uniqueid);
    const asked = this.#hangingUp.delete(row.uniqueid);
    this.#answered.delete(row.uniqueid);
    if (this.#transferredAway.delete(row.uniqueid)) return;
    if (asked) say("hangup", `${partyLabel(row)} hangs up${why}`, row);
    else if (row.state === "Up" || row.state === "Ring") say("hangup", `${partyLabel(row)} is disconnected${why}`, row);
    else if (!told && row.state === "Ringing") say("hangup", `${partyLabel(row)} stops ringing${why}`, row);
  }

  #feature(message: TableMessage, row: ChannelRow | undefined, say: Say): void {
    const queue = message.get("Queue") ?? "";
    const who = (prefix: string): string | undefined => {
      const fields = readChannel(message, prefix);
      return fields === undefined ? undefined : partyLabel(this.#rows.channels.get(fields.uniqueid) ?? fields);
    };
    const parkee = this.#rows.channels.get(message.get("ParkeeUniqueid") ?? "");
    switch (message.name) {
      case "QueueCallerJoin":
        if (row !== undefined)
          say("queue", `queue ${queue}: ${partyLabel(row)} waits at ${message.get("Position") ?? "?"}`);
        break;
      case "QueueCallerAbandon":
        if (row !== undefined)
          say("queue", `queue ${queue}: ${partyLabel(row)} gives up after ${message.get("HoldTime") ?? "?"} s`);
        break;
      case "AgentConnect":
        if (row !== undefined)
          say(
            "queue",
            `queue ${queue}: ${who("Dest") ?? message.get("MemberName") ?? "an agent"} takes ${partyLabel(row)} after ${message.get("HoldTime") ?? "?"} s`,
          );
        break;
      case "ParkedCall":
        if (parkee !== undefined)
          say("park", `${partyLabel(parkee)} is parked at ${message.get("ParkingSpace") ?? "?"}`, parkee);
        break;
      case "UnParkedCall":
        if (parkee !== undefined)
          say(
            "park",
            `${who("Retriever") ?? "somebody"} takes ${partyLabel(parkee)} from ${message.get("ParkingSpace") ?? "?"}`,
            parkee,
          );
        break;
      case "ParkedCallTimeOut":
        if (parkee !== undefined) say("park", `${partyLabel(parkee)} was parked too long`, parkee);
        break;
      case "ParkedCallGiveUp":
        if (parkee !== undefined)
          say("park", `${partyLabel(parkee)} leaves ${message.get("ParkingSpace") ?? "?"}`, parkee);
        break;
      case "ConfbridgeJoin":
        if (row !== undefined)
          say("conference", `${partyLabel(row)} joins the conference ${message.get("Conference") ?? "?"}`);
        break;
      case "ConfbridgeLeave":
        if (row !== undefined)
          say("conference", `${partyLabel(row)} leaves the conference ${message.get("Conference") ?? "?"}`);
        break;
      case "BlindTransfer":
        this.#transfer(
          message,
          "Transferer",
          who("Transferer") ?? "somebody",
          who("Transferee") ?? "the call",
          message.get("Extension") ?? "?",
          say,
        );
        break;
      case "AttendedTransfer":
        this.#transfer(
          message,
          "OrigTransferer",
          who("OrigTransferer") ?? "somebody",
          who("Transferee") ?? "the call",
          who("TransferTarget") ?? message.get("DestApp") ?? "the other call",
          say,
        );
        break;
      case "MessageWaiting":
        if (Number(message.get("New")) > 0)
          say("voicemail", `mailbox ${message.get("Mailbox") ?? "?"}: ${message.get("New") ?? "?"} new`);
        break;
      case "Pickup":
        if (row !== undefined) say("pickup", `${partyLabel(row)} picks up the call for ${who("Target") ?? "another"}`);
        break;
    }
  }

  #transfer(message: TableMessage, prefix: string, who: string, whom: string, whither: string, say: Say): void {
    const result = message.get("Result") ?? "";
    const about = this.#rows.channels.get(message.get(`${prefix}Uniqueid`) ?? "");
    const second = message.get("SecondTransfererUniqueid");
    if (result === "Success" && second !== undefined && second !== about?.uniqueid && this.#rows.channels.has(second))
      this.#transferredAway.add(second);
    say(
      "transfer",
      result === "Success"
        ? `${who} transfers ${whom} to ${whither}`
        : `${who} fails to transfer ${whom} to ${whither} (${result})`,
      about,
    );
  }
}

function calls(row: ChannelRow): string {
  return row.dialed === undefined ? `${partyLabel(row)} calls in` : `${partyLabel(row)} calls ${row.dialed}`;
}

type Say = (kind: TimelineKind, text: string, about?: ChannelRow) => void;

function connectedLabel(row: ChannelRow): string {
  return partyLabel({
    callerIdNum: row.connectedLineNum,
    callerIdName: row.connectedLineName,
    device: deviceOf(row.name),
  });
}
