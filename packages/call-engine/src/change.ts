import type {
  Call,
  Cause,
  ClearedConnection,
  ConferenceRoom,
  Connection,
  ExtensionState,
  Mailbox,
  ParkedCall,
  Presence,
  Queue,
} from "./model.ts";

/** A connection by call and id. */
export interface ConnectionKey {
  readonly callId: string;
  readonly connectionId: string;
}

/** A connection that is another one now: CSTA's list of old and new connections. */
export interface ConnectionMove {
  readonly from: ConnectionKey;
  readonly to: ConnectionKey;
}

/** What all changes of a call have. */
interface OfCall {
  /** The call after the change. */
  readonly call: Call;
  readonly cause: Cause;
}

/** One change of one call, CSTA's event names. */
export type CallChange =
  /** A call has begun. */
  | (OfCall & { readonly type: "originated"; readonly connection: Connection })
  /** It rings at a device. */
  | (OfCall & { readonly type: "delivered"; readonly connection: Connection })
  /** A connection is answered. */
  | (OfCall & { readonly type: "established"; readonly connection: Connection })
  | (OfCall & { readonly type: "held"; readonly connection: Connection })
  /** Taken back from hold, or out of a parking lot. */
  | (OfCall & { readonly type: "retrieved"; readonly connection: Connection })
  /** It waits in a queue. */
  | (OfCall & { readonly type: "queued"; readonly connection: Connection; readonly queue: string })
  /** It goes on to somewhere else before it was answered: forward, pick-up. */
  | (OfCall & {
      readonly type: "diverted";
      /** The device it goes away from. */
      readonly from: Connection;
      /** The number it goes to, or of the device that took it. */
      readonly to?: string;
      readonly connections: readonly ConnectionMove[];
    })
  | (OfCall & { readonly type: "parked"; readonly connection: Connection })
  /** Told of the call that goes on. */
  | (OfCall & {
      readonly type: "transferred";
      /** Who transferred, if somebody did: a program's command has nobody. */
      readonly transferring?: Connection;
      /** The number of a blind transfer. */
      readonly to?: string;
      readonly connections: readonly ConnectionMove[];
    })
  | (OfCall & {
      readonly type: "conferenced";
      readonly conferencing?: Connection;
      readonly connections: readonly ConnectionMove[];
    })
  /** A device could not be reached, or does not want. */
  | (OfCall & { readonly type: "failed"; readonly connection: Connection })
  | (OfCall & { readonly type: "connection-cleared"; readonly connection: ClearedConnection })
  /** The end; `mergedInto` names the call that its parties are in now. */
  | (OfCall & { readonly type: "call-cleared"; readonly mergedInto?: string })
  | (OfCall & { readonly type: "talking"; readonly connection: Connection })
  /** Anything else: names, numbers, a new leg that does not ring yet, the application. */
  | (OfCall & { readonly type: "updated"; readonly connection?: Connection });

/** One change of what is no call. */
export type StateChange =
  /** `loggedIn`: interface of the member that has come with this change. */
  | { readonly type: "queue-changed"; readonly queue: Queue; readonly loggedIn?: string }
  | { readonly type: "conference-room-changed"; readonly room: ConferenceRoom }
  | { readonly type: "parking-changed"; readonly parked: ParkedCall; readonly occupied: boolean }
  | { readonly type: "device-state-changed"; readonly device: string; readonly state: string }
  | { readonly type: "extension-state-changed"; readonly extension: ExtensionState }
  | { readonly type: "presence-changed"; readonly presence: Presence }
  | { readonly type: "mailbox-changed"; readonly mailbox: Mailbox }
  /** A program wanted to ring something that could not even be tried. */
  | { readonly type: "originate-failed"; readonly target: string; readonly cause: Cause };

/** One change. */
export type Change = CallChange | StateChange;
