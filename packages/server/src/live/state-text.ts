import type { Change, ConferenceRoom, Mailbox, Presence, Queue } from "@cordboard/pbx";
import { lineAbout } from "./change-text.ts";
import type { Line } from "./change-text.ts";
import { label } from "./who.ts";
import type { Names, Party } from "./who.ts";
import { count } from "./words.ts";

const PRESENCES: Readonly<Record<string, string>> = {
  not_set: "has no presence",
  unavailable: "is unavailable",
  available: "is available",
  away: "is away",
  xa: "is away for long",
  chat: "is free to chat",
  dnd: "does not want to be disturbed",
};

/** What somebody says of himself: `Batman <1111> is away: In the batcave`. */
export function presenceText(presence: Presence, names: Names): Line {
  const { presentity, state, subtype, message } = presence;
  const extension = names.extensions.find((one) => one.presentity === presentity);
  const number = extension?.number ?? presentity.slice(presentity.indexOf(":") + 1);
  const who = named(number, extension?.name);
  const more = `${subtype === "" ? "" : ` (${subtype})`}${message === "" ? "" : `: ${message}`}`;
  return {
    kind: "presence",
    text: `${who} ${PRESENCES[state] ?? `is ${state}`}${more}`,
    concerns: [{ numbers: [number] }],
  };
}

/** The counts of a mailbox. */
export function mailboxText({ mailbox, newMessages, oldMessages }: Mailbox, names: Names): Line {
  const [box = mailbox] = mailbox.split("@");
  const owner = names.extensions.find((one) => one.mailbox === mailbox);
  const fresh = newMessages === 0 ? "no new message" : count(newMessages, "new message");
  const old = oldMessages === 0 ? "" : `, ${oldMessages} old`;
  return {
    kind: "voicemail",
    text: `mailbox ${mailbox.replace(/@default$/u, "")}: ${fresh}${old}`,
    concerns: [{ numbers: [...new Set([box, ...(owner === undefined ? [] : [owner.number])])] }],
  };
}

type QueueChange = Extract<Change, { readonly type: "queue-changed" }>;

/** Who has come to a queue, gone from it, or pauses. Who waits in it is told of the calls. */
export function queueText(before: Queue | undefined, change: QueueChange, names: Names): Line[] {
  const { queue, loggedIn } = change;
  const lines: Line[] = [];
  const known = new Map(before?.members.map((member) => [member.interface, member]));
  const say = (member: Queue["members"][number], what: string): void => {
    const party = { device: member.stateInterface ?? member.interface, name: member.name };
    lines.push(lineAbout("queue", `${memberName(party, names)} ${what}`, [party], names));
  };
  for (const member of queue.members) {
    const was = known.get(member.interface);
    known.delete(member.interface);
    if (was === undefined) {
      // Else no list has named it, which says nothing about when it came.
      if (member.interface !== loggedIn) continue;
      say(member, `logs into queue ${queue.name}`);
    }
    if ((was?.paused ?? false) === member.paused) continue;
    const why = (member.pausedReason ?? "") === "" ? "" : ` (${member.pausedReason ?? ""})`;
    say(member, member.paused ? `pauses in queue ${queue.name}${why}` : `is back in queue ${queue.name}`);
  }
  for (const member of known.values()) say(member, `logs out of queue ${queue.name}`);
  return lines;
}

/** Somebody in a conference room. */
export interface RoomNews {
  readonly channelId: string;
  readonly what: "enters" | "leaves" | "is muted in" | "is heard again in";
}

/** Who has come to a room, gone from it, or cannot be heard any more. */
export function roomNews(before: ConferenceRoom | undefined, room: ConferenceRoom): RoomNews[] {
  const news: RoomNews[] = [];
  const known = new Map(before?.participants.map((one) => [one.channelId, one]));
  for (const { channelId, muted } of room.participants) {
    const was = known.get(channelId);
    known.delete(channelId);
    if (was === undefined) news.push({ channelId, what: "enters" });
    else if (was.muted !== muted) news.push({ channelId, what: muted ? "is muted in" : "is heard again in" });
  }
  for (const channelId of known.keys()) news.push({ channelId, what: "leaves" });
  return news;
}

function memberName(party: Party, names: Names): string {
  const { name, ...device } = party;
  return label({ ...device, ...(name === undefined || name === party.device ? {} : { name }) }, names);
}

function named(number: string, name: string | undefined): string {
  return name === undefined || name === "" || name === number ? number : `${name} <${number}>`;
}
