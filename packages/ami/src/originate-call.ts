import type { OriginateResult } from "./client-options.ts";
import type { AmiMessage } from "./message.ts";
import { type PendingCallContext, PromisedCall } from "./pending-call.ts";

/** An asynchronous Originate: its response only says that it was queued, the OriginateResponse event how it ended. */
export class OriginateCall extends PromisedCall<OriginateResult> {
  constructor(context: PendingCallContext) {
    super(context, ["OriginateResponse"], false);
  }

  override response(message: AmiMessage): void {
    if (message.name === "Error") this.refuse(message);
  }

  override event(message: AmiMessage): boolean {
    if (message.name !== "OriginateResponse") return false;
    const uniqueid = message.get("Uniqueid");
    this.resolve({
      success: message.get("Response") === "Success",
      reason: Number(message.get("Reason") ?? 0),
      channel: message.get("Channel") ?? "",
      // Asterisk writes <unknown> when no channel came to be (main/manager.c, fast_originate).
      ...(uniqueid === undefined || uniqueid === "<unknown>" ? {} : { uniqueid }),
      event: message,
    });
    // Others may want to know of it too.
    return false;
  }
}
