/** The versions of Asterisk the lab can run. */
export const labVersions = [22, 16] as const;

/** A version of Asterisk the lab can run. */
export type LabVersion = (typeof labVersions)[number];

/** Where a version comes from. */
export interface VersionSource {
  /** Debian's suite that has it. */
  readonly suite: string;
  /** The debootstrap script to use where debootstrap does not know the suite. */
  readonly script: string;
  /** Debian packages. */
  readonly packages: readonly string[];
}

const common = [
  "asterisk",
  "asterisk-config",
  "asterisk-modules",
  "asterisk-core-sounds-en-wav",
  "asterisk-moh-opsound-wav",
  "sip-tester",
];

/** Debian's packages of each version: 22.10 in forky, 16.28 in bullseye, where voicemail is a package of its own. */
export const versionSources: Readonly<Record<LabVersion, VersionSource>> = {
  22: { suite: "forky", script: "sid", packages: common },
  16: {
    suite: "bullseye",
    script: "sid",
    packages: [...common, "asterisk-voicemail"],
  },
};
