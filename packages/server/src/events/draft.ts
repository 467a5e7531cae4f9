import type { Call } from "@cordboard/pbx";
import type { Audience } from "./audience.ts";
import type { EventBody } from "./event-body.ts";

/** An event that has no number yet. */
export interface Draft {
  readonly body: EventBody;
  readonly audience: Audience;
  /** With an event of a call: the engine's. */
  readonly call?: Call;
}
