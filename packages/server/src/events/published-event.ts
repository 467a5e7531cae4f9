import type { StreamEvent } from "@cordboard/sdk";
import type { Audience } from "./audience.ts";

/** A numbered event, with its JSON, which is written once for all who get it. */
export class PublishedEvent {
  readonly seq: number;
  readonly cursor: string;
  readonly pbx: string;
  readonly type: StreamEvent["type"];
  readonly audience: Audience;
  readonly json: string;
  #event: StreamEvent | undefined;
  #audienceJson: string | undefined;

  constructor(
    facts: Pick<StreamEvent, "seq" | "cursor" | "pbx" | "type">,
    audience: Audience,
    json: string,
    event?: StreamEvent,
  ) {
    this.seq = facts.seq;
    this.cursor = facts.cursor;
    this.pbx = facts.pbx;
    this.type = facts.type;
    this.audience = audience;
    this.json = json;
    this.#event = event;
  }

  get audienceJson(): string {
    return (this.#audienceJson ??= JSON.stringify(this.audience));
  }

  get event(): StreamEvent {
    return (this.#event ??= JSON.parse(this.json) as StreamEvent);
  }
}
