import type { WireType } from "./description.ts";

const quote = (value: string): string => JSON.stringify(value);

/** Of a value that Asterisk sends: an enum stays open, for a newer server may send another value. */
export function receivedType(type: WireType): string {
  switch (type.kind) {
    case "date":
      return "AriDate";
    case "object":
      return "Readonly<Record<string, unknown>>";
    case "enum":
      return `OpenEnum<${type.values.map(quote).join(" | ")}>`;
    case "model":
      return type.name;
    case "list":
      return type.of.kind === "object"
        ? "readonly Readonly<Record<string, unknown>>[]"
        : `readonly ${receivedType(type.of)}[]`;
    default:
      return type.kind;
  }
}

/** Of a value that a caller passes: an enum is closed, so that a slip of the pen is seen. */
export function sentType(type: WireType): string {
  switch (type.kind) {
    case "enum":
      return type.values.map(quote).join(" | ");
    case "list":
      return `readonly ${sentType(type.of)}[]`;
    default:
      return receivedType(type);
  }
}

/** The names of the models that a type mentions. */
export function modelsIn(type: WireType): string[] {
  if (type.kind === "model") return [type.name];
  return type.kind === "list" ? modelsIn(type.of) : [];
}

/** `{a: string; b?: number}` with one property a line. */
export function propertyLines(
  properties: readonly {
    readonly name: string;
    readonly type: string;
    readonly required: boolean;
    readonly doc?: string;
  }[],
): string {
  return properties
    .map((each) => {
      const doc = each.doc === undefined ? "" : `  /** ${each.doc} */\n`;
      const name = /^[A-Za-z_$][\w$]*$/.test(each.name) ? each.name : quote(each.name);
      return `${doc}  readonly ${name}${each.required ? "" : "?"}: ${each.type};\n`;
    })
    .join("");
}
