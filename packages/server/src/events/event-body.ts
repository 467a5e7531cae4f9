import type { StreamEvent } from "@cordboard/sdk";

type WithoutNumber<T> = T extends StreamEvent ? Omit<T, "seq" | "epoch" | "cursor"> : never;

/** An event before it has a number. */
export type EventBody = WithoutNumber<StreamEvent>;

/** An event of a call before it has a number. */
export type CallEventBody = Extract<EventBody, { call: unknown }>;
