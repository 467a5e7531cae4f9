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
export { scenarios } from "./scenarios/all-scenarios.ts";
export { fits, play, type PlayOptions, type Scenario, type ScenarioReport } from "./scenarios/stage.ts";
export { placeLoad, type Load, type LoadResult } from "./load.ts";
export type { ManagerAction } from "./manager-action.ts";
export { labNumbers, people, trunkAddress, trunkPrefix, type LabPerson } from "./config/lab-numbers.ts";
export type { LabPorts, WantedPorts } from "./ports.ts";
export { labVersions, type LabVersion } from "./versions.ts";
export { waitFor, type WaitOptions } from "./wait-for.ts";
