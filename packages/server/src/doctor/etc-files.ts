import type { AriConf, ConfTree, HttpConf, ManagerConf } from "@cordboard/asterisk-files";

/** Asterisk's files that doctor looks at. */
export const ETC_FILES = ["manager.conf", "http.conf", "ari.conf"] as const;

export type EtcFileName = (typeof ETC_FILES)[number];

/** The configuration files of a PBX, as far as they can be read from here. */
export interface EtcFiles {
  readonly trees: Readonly<Partial<Record<EtcFileName, ConfTree>>>;
  readonly manager?: ManagerConf;
  readonly http?: HttpConf;
  readonly ari?: AriConf;
  /** What could not be read, or what Asterisk passes over in them, for people. */
  readonly troubles: readonly string[];
}
