import type { LivePbx } from "./live-types.ts";

/** Tells which PBXs are shown differently than the last time: a change names all of them when one is different. */
export class PbxNews {
  readonly #told = new Map<string, string>();

  /** Those that are new or different. */
  of(pbxs: readonly LivePbx[]): readonly LivePbx[] {
    return pbxs.filter((pbx) => {
      const shown = JSON.stringify(pbx);
      const fresh = this.#told.get(pbx.id) !== shown;
      this.#told.set(pbx.id, shown);
      return fresh;
    });
  }
}
