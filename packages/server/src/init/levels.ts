import type { AmiClass } from "@cordboard/ami";

/** What somebody wants to do with a PBX; each is the least that does it. */
export type Level = "view" | "call" | "full";

/** Classes of one user in manager.conf, each with the reason in a line. */
export interface LevelClasses {
  readonly title: string;
  readonly read: Readonly<Partial<Record<AmiClass, string>>>;
  readonly write: Readonly<Partial<Record<AmiClass, string>>>;
  /** Whether an ARI user that may write belongs to it. */
  readonly ari: boolean;
}

const READ_VIEW = {
  system: "registrations, and when Asterisk starts, reloads and stops",
  call: "channels, bridges, hold, transfers, states of extensions",
  dialplan: "what a call runs into: the number dialled, menus, voicemail",
  agent: "callers and members of queues",
  dtmf: "digits that are pressed",
} as const;

const WRITE_VIEW = { reporting: "lists of channels, conferences and states, read at each connect" } as const;

const WRITE_CALL = {
  ...WRITE_VIEW,
  call: "hang up, redirect, transfer, park; list parked calls",
  originate: "make calls",
  agent: "log members into queues, pause them",
} as const;

/** The three documented sets of rights. */
export const LEVELS: Readonly<Record<Level, LevelClasses>> = {
  view: { title: "see calls, change nothing", read: READ_VIEW, write: WRITE_VIEW, ari: false },
  call: { title: "see calls, make and end and move them", read: READ_VIEW, write: WRITE_CALL, ari: false },
  full: {
    title: "see calls, make and end and move them, and answer, hold and record on any phone; needs ARI",
    read: { ...READ_VIEW, user: "events of other programs that concern us" },
    write: {
      ...WRITE_CALL,
      system: "record, mute, and tell phones to answer; a secret with this class is as good as a shell",
    },
    ari: true,
  },
};

/** The names of the classes of a set, in the order of manager.conf. */
export function classNames(classes: Readonly<Partial<Record<AmiClass, string>>>): readonly AmiClass[] {
  return Object.keys(classes) as AmiClass[];
}
