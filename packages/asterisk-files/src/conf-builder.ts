import type { ConfStatement, SectionStatement, ValueStatement } from "./conf-statement.ts";
import { sameName, type ConfSection, type ConfTree, type ConfValue } from "./conf-tree.ts";
import { ConfError, type Position } from "./errors.ts";
import type { ProblemList } from "./problem-list.ts";
import { findForAppend } from "./section-filter.ts";
import { stripBlanks } from "./strip-blanks.ts";

/** Work that counts as one value against the limit: characters copied, or entries looked through. */
const COST = 1024;

/** A section while it is being built. */
export class SectionBuilder implements ConfSection {
  readonly name: string;
  readonly at: Position;
  template = false;
  readonly parents: string[] = [];
  readonly values: ConfValue[] = [];

  constructor(name: string, at: Position) {
    this.name = name;
    this.at = at;
  }

  last(name: string): ConfValue | undefined {
    return this.values.findLast((value) => sameName(value.name, name));
  }

  all(name: string): ConfValue[] {
    return this.values.filter((value) => sameName(value.name, name));
  }
}

/** Builds a {@link ConfTree} from statements, in the order in which Asterisk meets them (main/config.c). */
export class ConfBuilder {
  readonly #sections: SectionBuilder[] = [];
  /** Sections by their name in lower case. */
  readonly #named = new Map<string, SectionBuilder[]>();
  readonly #problems: ProblemList;
  readonly #maxValues: number;
  #values = 0;
  /** The section that an included file begins in. */
  current: SectionBuilder | undefined;

  constructor(problems: ProblemList, maxValues: number) {
    this.#problems = problems;
    this.#maxValues = maxValues;
  }

  /**
   * Takes one statement of `file`; includes are none of its business.
   * @param section the section that the file is in
   * @returns the section that the file is in afterwards
   * @throws ConfError for what makes Asterisk refuse the configuration
   */
  add(statement: ConfStatement, file: string, section: SectionBuilder | undefined): SectionBuilder | undefined {
    const at = { file, line: statement.line };
    if (statement.kind === "section") return this.#openSection(statement, at);
    if (statement.kind === "value") this.#addValue(statement, at, section);
    return section;
  }

  /** The finished tree. */
  finish(file: string, files: readonly string[]): ConfTree {
    const sections: readonly ConfSection[] = this.#sections;
    return {
      file,
      files,
      sections,
      problems: this.#problems.all,
      section: (name) => this.#all(name).find((each) => !each.template),
    };
  }

  #openSection(statement: SectionStatement, at: Position): SectionBuilder {
    const created = new SectionBuilder(statement.name, at);
    let target = created;
    for (const option of statement.options) {
      if (option === "!") target.template = true;
      else if (option.startsWith("+")) target = this.#append(created, target, option.slice(1), at);
      else this.#inherit(target, option, at);
    }
    if (target === created) this.#keep(created);
    this.current = target;
    return target;
  }

  #keep(section: SectionBuilder): void {
    this.#count(1, section.at);
    this.#sections.push(section);
    const same = this.#all(section.name);
    if (same.length === 0) this.#named.set(section.name.toLowerCase(), [section]);
    else same.push(section);
  }

  #all(name: string): SectionBuilder[] {
    return this.#named.get(name.toLowerCase()) ?? [];
  }

  #append(created: SectionBuilder, target: SectionBuilder, filter: string, at: Position): SectionBuilder {
    const same = this.#all(created.name);
    this.#count(Math.ceil(same.length / COST), at);
    const existing = findForAppend(same, filter, at);
    if (!existing) {
      const text = `[${created.name}](+) adds to a section that is not there yet: define [${created.name}] before it, or remove the (+); a template is only found with (+TEMPLATES=include)`;
      throw new ConfError("CONF_UNKNOWN_PARENT", at, text);
    }
    if (target === created) {
      existing.template ||= created.template;
      for (const value of created.values) existing.values.push(value);
      existing.parents.push(...created.parents);
    }
    return existing;
  }

  #inherit(target: SectionBuilder, parent: string, at: Position): void {
    const base = parent === "" ? this.#sections[0] : this.#all(parent)[0];
    if (!base) {
      const space = parent.trim() === parent ? "" : " Blanks between the parentheses count: remove them.";
      const text = `[${target.name}] inherits from [${parent}], which is not there yet: define it before.${space}`;
      throw new ConfError("CONF_UNKNOWN_PARENT", at, text);
    }
    if (parent === "") {
      const text = `[${target.name}] has an empty name between its parentheses and so inherits from the first section, [${base.name}]: remove the comma or the parentheses`;
      this.#problems.add("CONF_EMPTY_PARENT", at, text);
    }
    target.parents.push(base.name);
    this.#count(base.values.length, at);
    const inherited = base.values.map((value) => ({ ...value, inheritedFrom: base.name }));
    for (const value of inherited) target.values.push(value);
  }

  #addValue(statement: ValueStatement, at: Position, section: SectionBuilder | undefined): void {
    if (!section) {
      const text = "a value stands before the first section: write a [section] above it";
      throw new ConfError("CONF_NO_SECTION", at, text);
    }
    const value = { name: statement.name, at, object: statement.operator === "=>", inheritedFrom: undefined };
    if (statement.operator === "+=") {
      const index = section.values.findLastIndex((each) => each.name === statement.name);
      const before = section.values[index];
      if (before) {
        this.#count(Math.ceil((section.values.length + before.value.length + statement.value.length) / COST), at);
        section.values[index] = { ...value, value: stripBlanks(before.value + statement.value) };
        return;
      }
    }
    this.#count(1, at);
    section.values.push({ ...value, value: stripBlanks(statement.value) });
  }

  #count(values: number, at: Position): void {
    this.#values += values;
    if (this.#values <= this.#maxValues) return;
    const text = `the configuration has more than ${this.#maxValues} values, inherited ones included: raise maxValues if that is meant`;
    throw new ConfError("CONF_TOO_LARGE", at, text);
  }
}
