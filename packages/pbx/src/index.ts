export type {
  Call,
  CallChange,
  CallParking,
  CallQueue,
  Cause,
  Change,
  ClearedConnection,
  ConferenceParticipant,
  ConferenceRoom,
  Connection,
  ConnectionKey,
  ConnectionMove,
  ConnectionRole,
  ConnectionState,
  ExtensionState,
  Mailbox,
  ParkedCall,
  Presence,
  Queue,
  QueueCaller,
  QueueMember,
  StateChange,
  Talk,
} from "@cordboard/call-engine";
export type { DirectoryChange, Extension } from "./directory/extension.ts";
export { captureAri } from "./capture-ari.ts";
export { captureFile } from "./capture-file.ts";
export { CaptureWriter, type CaptureSink, type CaptureWriterOptions } from "./capture-writer.ts";
export * from "./errors.ts";
export { explainRecording, type ExplainedChange, type ExplainOptions } from "./explain/explain-recording.ts";
export { importAmiText, type ImportOptions } from "./import-ami-text.ts";
export type { PbxHealth } from "./link-health.ts";
export type * from "./pbx-options.ts";
export { connect, Pbx } from "./pbx.ts";
export { presenceStates, type PresenceState, type PresenceUpdate } from "./presence.ts";
export { readCapture, readCaptureFile } from "./read-capture.ts";
export type { Recording, RecordingHeader, RecordingRecord } from "./recording.ts";
export { systemClock, type ReplayClock } from "./clock.ts";
export type { ReplayEvents, ReplayOptions, ReplayUser } from "./replay/replay-options.ts";
export { REPLAY_SYSTEM_NAME } from "./replay/replay-player.ts";
export { replayServer, ReplayServer } from "./replay/replay-server.ts";
