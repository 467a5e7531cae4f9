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

/** True when `inner` reaches nothing that `outer` does not. */
export function isWithin(inner: Scope, outer: Scope): boolean {
  return (
    areWithin(inner.pbxs, outer.pbxs) &&
    areWithin(inner.extensions, outer.extensions) &&
    inner.verbs.every((verb) => allows(outer, verb))
  );
}

function areWithin(inner: Scope["pbxs"], outer: Scope["pbxs"]): boolean {
  return outer === "*" || (inner !== "*" && inner.every((name) => outer.includes(name)));
}
