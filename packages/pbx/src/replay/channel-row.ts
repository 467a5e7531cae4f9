/**
 * One channel of a PBX as Asterisk last described it. Rows are never changed: a change makes a new one.
 * Numbers and names that Asterisk does not know (`<unknown>`) are empty strings. Times are milliseconds since 1970 on
 * the clock of whoever feeds the table.
 */
export interface ChannelRow {
  /** The key: a channel's name changes with a masquerade, this stays with the call leg. */
  readonly uniqueid: string;
  /** Of the oldest channel it was ever bridged with; may change without an event of its own. */
  readonly linkedid: string;
  /** `PJSIP/1000-00000015`. */
  readonly name: string;
  /** The name without its number: `PJSIP/1000`, `Local/1006@from-internal`. */
  readonly device: string;
  /** True for the halves of a Local channel: plumbing, never a party. */
  readonly local: boolean;
  /** ChannelStateDesc: `Down`, `Rsrvd`, `OffHook`, `Dialing`, `Ring`, `Ringing`, `Up`, `Busy`, … */
  readonly state: string;
  readonly callerIdNum: string;
  readonly callerIdName: string;
  readonly connectedLineNum: string;
  readonly connectedLineName: string;
  readonly language: string;
  readonly accountCode: string;
  readonly context: string;
  readonly exten: string;
  readonly priority: number;
  /**
   * The dialplan application it runs: `Dial`, `Queue`, `AppDial`; absent while not known. Asterisk tells it only together with a new place in
   * the dialplan.
   */
  readonly application?: string;
  readonly applicationData?: string;
  /** The number it called: the extension it entered the dialplan with. Absent on called channels and after a snapshot. */
  readonly dialed?: string;
  /** BridgeUniqueid of the bridge it is in. */
  readonly bridge?: string;
  /** It waits in this queue; `position` from 1. */
  readonly queue?: { readonly name: string; readonly position: number };
  readonly parked?: { readonly lot: string; readonly space: string };
  /** The ConfBridge conference it is in. */
  readonly conference?: string;
  /** When it came to be; after a snapshot from Asterisk's Duration, so right to a second. */
  readonly createdAt?: number;
}
