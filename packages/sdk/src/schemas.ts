export * from "./call.ts";
export * from "./call-history.ts";
export * from "./pbx-state.ts";
export * from "./presence-update.ts";
export * from "./problem.ts";
export * from "./stream-event.ts";
export * from "./subscription.ts";
export * from "./token.ts";
