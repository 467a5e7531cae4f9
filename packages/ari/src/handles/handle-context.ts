import type { AriResources } from "../generated/operations.ts";
import type { AriCallOptions } from "../options.ts";
import type { ResourceKind } from "../resource-keys.ts";
import type { ResourceScope } from "../resource-scope.ts";
import type { ChannelHandle } from "./channel-handle.ts";

/** What handles need of their session. */
export interface HandleContext {
  readonly resources: AriResources;
  /** The application that a new channel enters: the one asked for, or our first. @throws {AriError} `ARI_BAD_ARGUMENT` if there is neither. */
  app(asked: string | undefined): string;
  /** Subscribes our first application to `channel:ID` or `bridge:ID`. */
  subscribe(source: string, options?: AriCallOptions): Promise<void>;
  /** Makes a channel with that id in an application by `ask`, listening before if its events come here. */
  makeChannel(id: string, app: string, ask: () => Promise<unknown>): Promise<ChannelHandle>;
  /** A new view on the events of one thing. */
  scope(kind: ResourceKind, id: string): ResourceScope;
}
