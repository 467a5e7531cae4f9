import type { AriResources } from "../generated/operations.ts";
import type { ResourceKind } from "../resource-keys.ts";
import type { ResourceScope } from "../resource-scope.ts";

/** What handles need of their session. */
export interface HandleContext {
  readonly resources: AriResources;
  /** The application that a new channel enters: the one asked for, or our first. @throws {AriError} `ARI_BAD_ARGUMENT` if there is neither. */
  app(asked: string | undefined): string;
  /** A new view on the events of one thing. */
  scope(kind: ResourceKind, id: string): ResourceScope;
}
