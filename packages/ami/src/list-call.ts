import type { AmiList } from "./client-options.ts";
import { AmiActionError, type AmiError } from "./errors.ts";
import { actionLists, type AmiActionList } from "./generated/lists.ts";
import type { EventStream } from "./event-stream.ts";
import type { AmiMessage } from "./message.ts";
import { PendingCall, type PendingCallContext, PromisedCall } from "./pending-call.ts";

/** These carry the ActionID of whoever caused them, and are no items of a list (main/manager.c, res/res_agi.c). */
const neverItems = new Set([
  "OriginateResponse",
  "UserEvent",
  "AsyncAGIStart",
  "AsyncAGIExec",
  "AsyncAGIEnd",
  "AsyncAGI",
]);

type Step = "collect" | "empty" | "refuse";

/** How the replies of one list action are framed; pure. */
class ListFraming {
  readonly #known: AmiActionList | undefined;

  constructor(action: string) {
    const lower = action.toLowerCase();
    this.#known = Object.entries(actionLists).find(([name]) => name.toLowerCase() === lower)?.[1];
  }

  get names(): readonly string[] | undefined {
    return this.#known === undefined ? undefined : [...this.#known.items, this.#known.complete];
  }

  begin(response: AmiMessage): Step {
    const message = (response.get("Message") ?? "").trim();
    if (response.name === "Error") return this.#isEmptyMessage(message) ? "empty" : "refuse";
    if (/^start/i.test(response.get("EventList") ?? "")) return "collect";
    // Asterisk before 13 says it in words only; an empty list may be a plain Success (app_voicemail.c).
    if (/\bwill follow\b/i.test(message)) return "collect";
    return this.#known?.eventList === false ? "collect" : "empty";
  }

  isItem(event: AmiMessage): boolean {
    return !neverItems.has(event.name);
  }

  ends(event: AmiMessage): boolean {
    if (/^(?:complete|cancelled)/i.test(event.get("EventList") ?? "")) return true;
    return this.#known === undefined ? event.name.endsWith("Complete") : event.name === this.#known.complete;
  }

  #isEmptyMessage(message: string): boolean {
    return this.#known?.emptyMessages.includes(message) ?? false;
  }
}

/** A list, collected until its closing event. */
export class ListCall extends PromisedCall<AmiList> {
  readonly #framing: ListFraming;
  readonly #items: AmiMessage[] = [];
  #response: AmiMessage | undefined;

  constructor(context: PendingCallContext) {
    const framing = new ListFraming(context.action);
    super(context, framing.names, true);
    this.#framing = framing;
  }

  override response(message: AmiMessage): void {
    const step = this.#framing.begin(message);
    this.#response ??= message;
    if (step === "refuse") this.refuse(message);
    else if (step === "empty") this.resolve({ response: message, items: this.#items });
  }

  override event(message: AmiMessage): boolean {
    if (!this.#framing.isItem(message)) return false;
    if (!this.#framing.ends(message)) this.#items.push(message);
    else this.resolve({ response: this.#response ?? message, items: this.#items, complete: message });
    return true;
  }
}

/** The same, item by item into a stream, so that a long list need not be held. */
export class ListStreamCall extends PendingCall {
  readonly #framing: ListFraming;
  readonly #stream: EventStream;

  constructor(context: PendingCallContext, stream: EventStream) {
    const framing = new ListFraming(context.action);
    super(context, framing.names, true);
    this.#framing = framing;
    this.#stream = stream;
  }

  override response(message: AmiMessage): void {
    const step = this.#framing.begin(message);
    if (step === "refuse") this.settle(false, () => this.#stream.close(new AmiActionError(this.action, message)));
    else if (step === "empty") this.settle(false, () => this.#stream.close());
  }

  override event(message: AmiMessage): boolean {
    if (!this.#framing.isItem(message)) return false;
    if (this.#framing.ends(message)) this.settle(false, () => this.#stream.close());
    else this.#stream.push(message);
    return true;
  }

  protected override rejected(error: AmiError): void {
    this.#stream.close(error, true);
  }
}
