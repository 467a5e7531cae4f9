export { CallEngine, type CallEngineOptions } from "./engine.ts";
export { amiEventsOfCalls, fromAmi } from "./from-ami.ts";
export { snapshotFromAmi, type AmiLists } from "./snapshot-from-ami.ts";
export type { AmiHeaders } from "./ami-fields.ts";
export type * from "./change.ts";
export type * from "./model.ts";
export type * from "./pbx-event.ts";
export type * from "./snapshot.ts";
