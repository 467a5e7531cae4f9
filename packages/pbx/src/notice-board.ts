import type { PbxNotice } from "./pbx-options.ts";

/** Who puts notices up: what was read replaces what the same source said before. */
export type NoticeSource = "snapshot" | "link" | "directory";

/** The notices of now. Each is told once, when it goes up. */
export class NoticeBoard {
  readonly #bySource = new Map<NoticeSource, readonly PbxNotice[]>();
  readonly #tell: (notice: PbxNotice) => void;

  constructor(tell: (notice: PbxNotice) => void) {
    this.#tell = tell;
  }

  get all(): readonly PbxNotice[] {
    return [...this.#bySource.values()].flat();
  }

  /** These, and no others, are what this source has to say now. */
  set(source: NoticeSource, notices: readonly PbxNotice[]): void {
    const known = new Set(this.#bySource.get(source)?.map(({ message }) => message));
    this.#bySource.set(source, notices);
    for (const notice of notices) if (!known.has(notice.message)) this.#tell(notice);
  }

  /** One more of this source. */
  add(source: NoticeSource, notice: PbxNotice): void {
    const others = this.#bySource.get(source) ?? [];
    if (!others.some(({ message }) => message === notice.message)) this.set(source, [...others, notice]);
  }
}
