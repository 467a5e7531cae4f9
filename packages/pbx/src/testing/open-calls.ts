import type { Call } from "@cordboard/call-engine";
import type { PbxChange } from "../pbx-options.ts";

/** The calls as somebody who only hears changes knows them. */
export class OpenCalls {
  readonly #calls = new Map<string, Call>();
  /** Calls that were told to begin. */
  begun = 0;

  get calls(): Call[] {
    return [...this.#calls.values()];
  }

  take({ change }: PbxChange): void {
    if (!("call" in change)) return;
    const { call } = change;
    if (change.type === "call-cleared") this.#calls.delete(call.id);
    else {
      if (!this.#calls.has(call.id)) this.begun++;
      this.#calls.set(call.id, call);
    }
  }
}
