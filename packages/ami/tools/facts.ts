/** Asterisk's major releases that the generated types cover. */
export const majors: readonly number[] = [16, 17, 18, 19, 20, 21, 22, 23];

/** First release of each major branch that has something: `{ "22": "22.10.0" }`. A branch without a key never had it. */
export type FirstReleases = Readonly<Record<string, string>>;

/** An action that Asterisk's documentation does not know. A name that ends in `?` is an optional parameter. */
export interface ExtraAction {
  readonly module: string;
  readonly write: readonly string[];
  readonly params: readonly string[];
}

/** An event that Asterisk sends and does not document. A name that ends in `?` is a header that may be missing. */
export interface ExtraEvent {
  readonly module: string;
  /** Read classes; empty for an event that is only ever sent as a reply. */
  readonly class: readonly string[];
  readonly headers: readonly string[];
  /** `[kind, prefix]` of each channel or bridge snapshot, always there. */
  readonly snapshots?: readonly (readonly ["channel" | "bridge", string])[];
}

/** How the reply of an action that answers with events is framed. */
export interface ListFacts {
  readonly items: readonly string[];
  readonly complete: string;
  /** What comes back when there is nothing to list. */
  readonly empty: "list" | "error" | "success";
  /** The messages of that Error. */
  readonly emptyMessages?: readonly string[];
  /** No `EventList` header on the reply nor on the completing event. */
  readonly bare?: boolean;
  /** The same action also answers with a plain response, depending on its parameters. */
  readonly sometimes?: boolean;
  /** An Error response may follow after `EventList: start`, and then no completing event. */
  readonly errorAfterStart?: boolean;
}

type PerName<T> = Readonly<Record<string, T>>;

/** `ami-facts.json`: what the documentation leaves out or has wrong. Names only. */
export interface Facts {
  /** Major number of the AMI protocol version → Asterisk's major release. */
  readonly amiProtocols: PerName<number>;
  readonly channelSnapshot: readonly string[];
  readonly channelSnapshotOptional: readonly string[];
  readonly bridgeSnapshot: readonly string[];
  readonly bridgeSnapshotOptional: readonly string[];
  /** Documented actions that no release registers. */
  readonly notRegistered: readonly string[];
  /** Documented event name → name on the wire. */
  readonly wireNames: PerName<string>;
  /** Modules of actions and events whose documentation names none. */
  readonly modules: PerName<string>;
  readonly writeClasses: PerName<readonly string[]>;
  /** Read classes where the documentation has them wrong. */
  readonly readClasses: PerName<readonly string[]>;
  /** Events that are list items and are sent unasked as well. */
  readonly alsoUnsolicited: readonly string[];
  /** Action → documented parameter name → the name to write. */
  readonly paramNames: PerName<PerName<string>>;
  /** Action → parameters whose documented enumeration does not hold values. */
  readonly notEnums: PerName<readonly string[]>;
  /** Action → parameters that are read as yes or no. */
  readonly flags: PerName<readonly string[]>;
  /** Action → parameters that set variables and may be repeated. */
  readonly variables: PerName<readonly string[]>;
  /** Action → documented parameter that stands for many → template of their names. */
  readonly patterns: PerName<PerName<string>>;
  readonly extraActions: PerName<ExtraAction>;
  readonly versions: { readonly actions: PerName<FirstReleases>; readonly events: PerName<FirstReleases> };
  readonly extraEvents: PerName<ExtraEvent>;
  /** Wire name of an event → headers that it has and the documentation leaves out. */
  readonly extraHeaders: PerName<readonly string[]>;
  /** Wire name of an event → documented headers that do not exist under that name. */
  readonly droppedHeaders: PerName<readonly string[]>;
  /** Part of a documented header name → template that replaces it. */
  readonly headerPatterns: PerName<string>;
  /** Wire name of an event → headers that are always there. */
  readonly certainHeaders: PerName<readonly string[]>;
  /** Wire name of an event → `kind:prefix` of the snapshots that are always there. */
  readonly certainSnapshots: PerName<readonly string[]>;
  readonly lists: PerName<ListFacts>;
}
