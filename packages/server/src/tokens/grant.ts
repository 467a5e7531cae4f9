import type { Scope, Verb } from "@cordboard/sdk";

/** What a verified token allows. */
export interface Grant {
  readonly tokenId: string;
  /** For people: what the token is for. */
  readonly name: string;
  readonly scope: Scope;
}

/** True when the scope has the verb; `admin` has all. */
export function allows(scope: Scope, verb: Verb): boolean {
  return scope.verbs.includes(verb) || scope.verbs.includes("admin");
}
