/** One header of an action or an event, as the documentation has it. */
export interface DocParameter {
  readonly kind: "parameter";
  readonly name: string;
  readonly required: boolean;
  /** The values of the documented enumeration, if there is one. */
  readonly enum: readonly string[];
}

/** The documentation's shorthand for all headers of a channel or a bridge, each with a prefix. */
export interface DocSnapshot {
  readonly kind: "channel" | "bridge";
  readonly prefix: string;
}

/** An action: `<manager>`. */
export interface DocAction {
  readonly name: string;
  /** Asterisk's module; files of before 22 do not name it. */
  readonly module: string | undefined;
  /** Releases that brought it, oldest branch first; empty where the file does not say. */
  readonly since: readonly string[];
  readonly parameters: readonly DocParameter[];
  /** Events that the documentation lists as the reply's items; the last is the one that completes the list. */
  readonly responses: readonly string[];
}

/** An event: `<managerEvent>`, its instances merged. */
export interface DocEvent {
  readonly name: string;
  /** Asterisk's module; files of before 22 do not name it. */
  readonly module: string | undefined;
  /** Read classes, lower case, without `EVENT_FLAG_`. */
  readonly classes: readonly string[];
  readonly since: readonly string[];
  readonly headers: readonly (DocParameter | DocSnapshot)[];
}

/** What one documentation file says about AMI. */
export interface Docs {
  /** Asterisk's major release that the file belongs to. */
  readonly major: number;
  readonly actions: ReadonlyMap<string, DocAction>;
  readonly events: ReadonlyMap<string, DocEvent>;
}
