import type { ConfSection } from "./conf-tree.ts";
import { ConfError, type Position } from "./errors.ts";

/**
 * The section that `[name](+filter)` adds to, the first that fits of those with that name. Without a filter templates are not found. Of a filter `name=value&…` Asterisk takes
 * both sides as regular expressions (main/config.c); here they are taken if they are plain words, which as expressions
 * mean "contains".
 * @throws ConfError `CONF_FILTER_UNSUPPORTED` for any other expression
 */
export function findForAppend<S extends ConfSection>(named: readonly S[], filter: string, at: Position): S | undefined {
  if (filter === "") return named.find((section) => !section.template);
  const conditions = filter.split("&").map((condition) => parseCondition(condition, at));
  const templates = conditions.find((condition) => condition.name === "TEMPLATES")?.value.toLowerCase();
  return named.find((section) => {
    if (section.template ? templates === undefined : templates === "restrict") return false;
    return conditions.every(
      (condition) =>
        condition.name === "TEMPLATES" ||
        section.values.some((each) => each.name.includes(condition.name) && each.value.includes(condition.value)),
    );
  });
}

function parseCondition(condition: string, at: Position): { name: string; value: string } {
  const equals = condition.indexOf("=");
  const name = condition.slice(0, equals).trim();
  const value = condition.slice(equals + 1).trim();
  const plain = /^[\w@ /-]*$/;
  const isTemplates = name === "TEMPLATES" && /^(include|restrict)$/i.test(value);
  if (equals < 0 || !plain.test(name) || !plain.test(value) || (name === "TEMPLATES" && !isTemplates)) {
    const text = "the filter of a (+…) is not understood: use (+), (+TEMPLATES=include) or name=value of plain words";
    throw new ConfError("CONF_FILTER_UNSUPPORTED", at, text);
  }
  return { name, value };
}
