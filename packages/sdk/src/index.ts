// The client and the types; the schemas (zod) are in `@cordboard/sdk/schemas`, so that who only calls the API does not load them.
export type * from "./call.ts";
export type * from "./call-history.ts";
export type * from "./pbx-state.ts";
export type * from "./presence-update.ts";
export type * from "./problem.ts";
export type * from "./stream-event.ts";
export type * from "./subscription.ts";
export type * from "./token.ts";
export * from "./errors.ts";
export { createClient } from "./client/client.ts";
export type { Cordboard } from "./client/client.ts";
export type * from "./client/client-options.ts";
export type * from "./client/events-options.ts";
export type { Backoff } from "./client/backoff.ts";
export * from "./client/live-calls.ts";
export * from "./client/live-state.ts";
export type * from "./client/resources.ts";
