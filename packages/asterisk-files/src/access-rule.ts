import type { ConfSection } from "./conf-tree.ts";
import type { Position } from "./errors.ts";

/** `permit=`, `deny=` or `acl=`: the last rule that fits an address decides, and without a rule every address may. */
export interface AccessRule {
  readonly kind: "permit" | "deny" | "acl";
  /** Networks as written, such as `10.0.0.0/24,127.0.0.1`, or for `acl` a section of acl.conf. */
  readonly value: string;
  readonly at: Position;
}

/** The access rules of sections, in order. */
export function accessRules(sections: readonly ConfSection[]): AccessRule[] {
  return sections
    .flatMap((section) => section.values)
    .flatMap(({ name, value, at }) => {
      const kind = name.toLowerCase();
      return kind === "permit" || kind === "deny" || kind === "acl" ? [{ kind, value, at }] : [];
    });
}
