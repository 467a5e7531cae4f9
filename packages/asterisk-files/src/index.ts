export type { AccessRule } from "./access-rule.ts";
export { readAriConf, type AriConf, type AriUser } from "./ari-conf.ts";
export { parseCallerId, type CallerId } from "./caller-id.ts";
export type {
  ConfStatement,
  ExecStatement,
  IncludeStatement,
  SectionStatement,
  ValueStatement,
} from "./conf-statement.ts";
export type { ConfSection, ConfTree, ConfValue } from "./conf-tree.ts";
export {
  AsteriskFilesError,
  ConfError,
  UnreadableFileError,
  type AsteriskFilesErrorCode,
  type Position,
  type Problem,
} from "./errors.ts";
export type { FileReader } from "./file-reader.ts";
export { readHttpConf, type HttpConf } from "./http-conf.ts";
export { listVoicemail, type VoicemailFolder, type VoicemailMessage } from "./list-voicemail.ts";
export { loadConf, type LoadConfOptions } from "./load-conf.ts";
export type { ManagerClass, ManagerClasses } from "./manager-classes.ts";
export { readManagerConf, type ManagerConf, type ManagerGeneral, type ManagerUser } from "./manager-conf.ts";
export { nodeFileReader } from "./node-file-reader.ts";
export { parseConf, type ConfFile, type ConfLine } from "./parse-conf.ts";
export { readPhoneApplications, type PhoneApplication, type PhoneApplications } from "./phone-applications.ts";
export type { SecretSetting, Setting } from "./setting.ts";
export { parseVoicemailInfo, type VoicemailInfo } from "./voicemail-message.ts";
