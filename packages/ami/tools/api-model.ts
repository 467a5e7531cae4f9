import type { FirstReleases, ListFacts } from "./facts.ts";

/** What kind of value a parameter of an action takes. */
export type ParameterType = "text" | "flag" | "variables" | readonly string[];

/** A parameter of an action, ready to be written. */
export interface ApiParameter {
  readonly name: string;
  readonly required: boolean;
  readonly type: ParameterType;
  /** `name` is a template for many parameters. */
  readonly pattern: boolean;
}

/** An action, merged from all documentation files and the facts. */
export interface ApiAction {
  readonly name: string;
  readonly module: string | undefined;
  readonly since: readonly string[];
  readonly write: readonly string[];
  readonly parameters: readonly ApiParameter[];
  readonly releases: FirstReleases;
}

/** A header of an event, ready to be written. */
export interface ApiHeader {
  readonly name: string;
  readonly certain: boolean;
  readonly enum: readonly string[];
  readonly pattern: boolean;
}

/** A channel or bridge snapshot in an event. */
export interface ApiSnapshot {
  readonly kind: "channel" | "bridge";
  readonly prefix: string;
  readonly certain: boolean;
}

/** An event under its name on the wire. */
export interface ApiEvent {
  readonly name: string;
  readonly module: string | undefined;
  readonly since: readonly string[];
  /** Read classes, all of them needed; empty for an event that is only sent as a reply. */
  readonly read: readonly string[];
  readonly snapshots: readonly ApiSnapshot[];
  readonly headers: readonly ApiHeader[];
  readonly releases: FirstReleases;
}

/** All that is written to `src/generated`. Everything is sorted by name. */
export interface Api {
  readonly actions: readonly ApiAction[];
  readonly events: readonly ApiEvent[];
  readonly lists: readonly (readonly [action: string, list: ListFacts])[];
  readonly protocols: readonly (readonly [amiMajor: number, asteriskMajor: number])[];
  readonly channelSnapshot: readonly ApiHeader[];
  readonly bridgeSnapshot: readonly ApiHeader[];
}
