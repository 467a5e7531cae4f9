export { loadConfig, parseConfig } from "./config/load-config.ts";
export type { Config, HttpConfig, PbxConfig, TlsConfig } from "./config/schema.ts";
export { ConfigError, CordboardError, type ConfigProblem, type ServerErrorCode } from "./errors.ts";
