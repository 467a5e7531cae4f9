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
export type { BridgeRow } from "./bridge-row.ts";
export type { DirectoryChange, Extension } from "./directory/extension.ts";
export { captureAri } from "./capture-ari.ts";
export { captureFile } from "./capture-file.ts";
export { CaptureWriter, type CaptureSink, type CaptureWriterOptions } from "./capture-writer.ts";
export { partyLabel, type TableMessage } from "./channel-fields.ts";
export type { ChannelRow, Dialing } from "./channel-row.ts";
export { ChannelTable, type Applied, type BufferedMessage } from "./channel-table.ts";
export * from "./errors.ts";
export { explainRecording, type ExplainedChange, type ExplainOptions } from "./explain/explain-recording.ts";
export { importAmiText, type ImportOptions } from "./import-ami-text.ts";
export type * from "./pbx-link-options.ts";
export { PbxLink } from "./pbx-link.ts";
export type { PbxHealth } from "./link-health.ts";
export type * from "./pbx-options.ts";
export { connect, Pbx } from "./pbx.ts";
export { presenceStates, type PresenceState, type PresenceUpdate } from "./presence.ts";
export { readCapture, readCaptureFile } from "./read-capture.ts";
export type { Recording, RecordingHeader, RecordingRecord } from "./recording.ts";
export { systemClock, type ReplayClock } from "./replay-clock.ts";
export type { ReplayEvents, ReplayOptions, ReplayUser } from "./replay-options.ts";
export { REPLAY_SYSTEM_NAME } from "./replay-player.ts";
export { replayServer, ReplayServer } from "./replay-server.ts";
export type { GoneReason, TableChange } from "./table-change.ts";
export type { TableSnapshot } from "./table-snapshot.ts";
export { timelineLine, type TimelineEntry, type TimelineKind } from "./timeline-entry.ts";
