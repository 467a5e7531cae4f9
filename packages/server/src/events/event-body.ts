import type { StreamEvent } from "@cordboard/sdk";

type WithoutNumber<T> = T extends StreamEvent ? Omit<T, "seq" | "epoch" | "cursor"> : never;

/** An event before it has a number. */
export type EventBody = WithoutNumber<StreamEvent>;

/** Of one type. */
export type EventBodyOf<Type extends EventBody["type"]> = Extract<EventBody, { type: Type }>;

/** An event of a call before it has a number. */
export type CallEventBody = Extract<EventBody, { call: unknown }>;
