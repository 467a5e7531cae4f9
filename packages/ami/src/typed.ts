import type { AmiCallOptions } from "./client-options.ts";
import type { AmiParams } from "./encode-action.ts";
import type { AmiActions } from "./generated/actions.ts";
import type { AmiEvents } from "./generated/events.ts";
import type { AmiListEvents } from "./generated/lists.ts";
import type { AmiMessage } from "./message.ts";

/** Documented actions first; any other name is allowed. */
export type AnyActionName = keyof AmiActions | (string & {});

/** Documented events first; any other name is allowed, and `*` is all of them. */
export type AnyEventName = keyof AmiEvents | "*" | (string & {});

/** Parameters of an action; the ActionID is the client's own. */
export type AmiParamsOf<N extends string> = N extends keyof AmiActions ? Omit<AmiActions[N], "ActionID"> : AmiParams;

/** Parameters and options: the parameters may be left out where none is required. */
export type AmiCallArguments<N extends string> =
  {} extends AmiParamsOf<N>
    ? [params?: AmiParamsOf<N>, options?: AmiCallOptions]
    : [params: AmiParamsOf<N>, options?: AmiCallOptions];

/** A message whose `get` knows the documented headers of that event. */
export type AmiEventOf<N extends string> = N extends keyof AmiEvents ? AmiMessage<AmiEvents[N]> : AmiMessage;

/** The items of a documented list. */
export type AmiItemOf<N extends string> = N extends keyof AmiListEvents
  ? AmiEventOf<Exclude<AmiListEvents[N], `${string}Complete`>>
  : AmiMessage;
