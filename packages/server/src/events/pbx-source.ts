import type {
  Call,
  ConferenceRoom,
  Mailbox,
  ParkedCall,
  PbxNews,
  PbxNotice,
  PbxServerInfo,
  PbxState,
  Presence,
  Queue,
} from "@cordboard/pbx";

/** An entry of the directory that was learnt from a PBX. */
export interface DirectoryEntry {
  readonly number: string;
  readonly context?: string | undefined;
  readonly name?: string | undefined;
  readonly devices: readonly string[];
  readonly mailbox?: string | undefined;
  readonly presentity?: string | undefined;
  /** State of its hint, or else of its devices, as of now. */
  readonly state?: string | undefined;
}

/** What is another in the directory than before. */
export interface DirectoryNews {
  readonly changed: readonly DirectoryEntry[];
  /** Numbers. */
  readonly removed: readonly string[];
}

/** What the stream needs of a `Pbx`. */
export interface PbxSource {
  readonly id: string;
  readonly state: PbxState;
  readonly server: PbxServerInfo;
  readonly notices: readonly PbxNotice[];
  /** How the link is doing; `roundTripMs`: milliseconds that the last ping took. */
  readonly health?: { readonly roundTripMs?: number };
  readonly calls: readonly Call[];
  readonly queues: readonly Queue[];
  readonly conferenceRooms: readonly ConferenceRoom[];
  readonly parkedCalls: readonly ParkedCall[];
  readonly deviceStates: ReadonlyMap<string, string>;
  readonly presences: readonly Presence[];
  readonly mailboxes: readonly Mailbox[];
  readonly extensions: readonly DirectoryEntry[];
  extension(number: string): DirectoryEntry | undefined;
  extensionOf(device: string): string | undefined;
  on<N extends "change" | "state" | "resync" | "notice">(name: N, listener: (news: PbxNews[N]) => void): () => void;
  on(name: "directory", listener: (change: DirectoryNews) => void): () => void;
}
