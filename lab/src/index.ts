export { labFolders, type LabFolders } from "./cache.ts";
export {
  changeRootOf,
  ensureChangeRoot,
  isBuilt,
  requireRoot,
  type ChangeRoot,
  type OnProgress,
} from "./change-root.ts";
export type { BridgeDump, ChannelDump } from "./dumps.ts";
export * from "./errors.ts";
export type { InstanceState, LabProfile, LabUser, LabUsers } from "./instance-state.ts";
export {
  attachAsterisk,
  cleanUpStale,
  endInstance,
  listInstances,
  startAsterisk,
  type StartOptions,
} from "./instances.ts";
export { LabAsterisk, type LabPhoneOptions } from "./lab-asterisk.ts";
export type { Leg, LegState } from "./phone/leg.ts";
export type { ShownIdentity } from "./phone/shown-identity.ts";
export { Phone, type LoggedMessage, type OnCall, type PhoneOptions } from "./phone/phone.ts";
export type { LabPorts, WantedPorts } from "./ports.ts";
export { labVersions, type LabVersion } from "./versions.ts";
export { waitFor, type WaitOptions } from "./wait-for.ts";
