import { isTrue } from "./boolean-value.ts";
import type { ConfSection, ConfValue } from "./conf-tree.ts";
import type { Position } from "./errors.ts";
import type { ProblemList } from "./problem-list.ts";

/** An option's value, and the line to change if it is not right. */
export interface Setting<T> {
  readonly value: T;
  /** Undefined if no line sets it: `value` is then Asterisk's default. */
  readonly at: Position | undefined;
}

/** A secret: it can be compared, and it is in no output. */
export interface SecretSetting {
  readonly at: Position;
  /** True if `candidate` is the secret. */
  matches(candidate: string): boolean;
}

/** A yes or no under one of several names; the last line counts. */
export function booleanSetting(
  sections: readonly ConfSection[],
  names: readonly string[],
  byDefault: boolean,
): Setting<boolean> {
  const found = lastOf(sections, names);
  return found ? { value: isTrue(found.value), at: found.at } : { value: byDefault, at: undefined };
}

/** A text under one of several names; the last line counts. An empty one is not set. */
export function textSetting(sections: readonly ConfSection[], names: readonly string[]): Setting<string | undefined> {
  const found = lastOf(sections, names);
  return { value: found?.value === "" ? undefined : found?.value, at: found?.at };
}

/** A whole number within limits; a line beyond them changes nothing, as in Asterisk, and is told among the problems. */
export function numberSetting(
  sections: readonly ConfSection[],
  name: string,
  range: { readonly byDefault: number; readonly min: number; readonly max: number },
  problems: ProblemList,
): Setting<number> {
  let setting: Setting<number> = { value: range.byDefault, at: undefined };
  for (const { value, at } of sections.flatMap((section) => section.all(name))) {
    const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
    if (number >= range.min && number <= range.max) setting = { value: number, at };
    else {
      const text = `${name} must be a number from ${range.min} to ${range.max}: Asterisk passes over the line and keeps ${setting.value}`;
      problems.add("CONF_BAD_VALUE", at, text);
    }
  }
  return setting;
}

/** A secret; undefined if none is set. */
export function secretSetting(sections: readonly ConfSection[], name: string): SecretSetting | undefined {
  const found = lastOf(sections, [name]);
  if (!found || found.value === "") return undefined;
  return { at: found.at, matches: (candidate) => candidate === found.value };
}

function lastOf(sections: readonly ConfSection[], names: readonly string[]): ConfValue | undefined {
  return sections.flatMap((section) => section.values).findLast((value) => names.includes(value.name.toLowerCase()));
}
