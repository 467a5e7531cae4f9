export * from "./errors.ts";
export type * from "./options.ts";
