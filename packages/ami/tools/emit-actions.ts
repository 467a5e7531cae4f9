import type { Api, ApiAction, ApiParameter } from "./api-model.ts";
import { fileText, indexSignature, names, openUnion, propertyName } from "./emit-text.ts";

const TYPES = `/** A header's text. A number is written in decimal. */
export type AmiText = string | number;

/** A yes or no that Asterisk reads with \`ast_true\`. A boolean is written as \`true\` or \`false\`. */
export type AmiFlag = boolean | "true" | "false" | "yes" | "no" | (string & {});

/** Variables: one \`name=value\`, several of them, or a map; each becomes a header of its own. */
export type AmiVariables = string | readonly string[] | Readonly<Record<string, AmiText>>;

/** Name of an action. */
export type AmiActionName = keyof AmiActions;`;

/** `actions.ts`: the parameters of every action. */
export function emitActions(api: Api): string {
  const members = api.actions.map(action).join("\n");
  return fileText([
    TYPES,
    `/** Parameters of every action of Asterisk 16 to 23 and of DPMA, by the action's name. */\nexport interface AmiActions {\n${members}\n}`,
  ]);
}

function action(action: ApiAction): string {
  const write = action.write.length > 0 ? `write ${action.write.join("|")}` : "any login";
  return [
    `  ${names(action.module, [write], action.since)}`,
    `  ${propertyName(action.name)}: {`,
    "    ActionID?: string | undefined;",
    ...action.parameters.map((each) => `    ${parameter(each)}`),
    "  };",
  ].join("\n");
}

function parameter(parameter: ApiParameter): string {
  if (parameter.pattern) return `${indexSignature(parameter.name)}: AmiText | readonly string[] | undefined;`;
  const type = parameterType(parameter.type);
  const name = propertyName(parameter.name);
  return parameter.required ? `${name}: ${type};` : `${name}?: ${type} | undefined;`;
}

function parameterType(type: ApiParameter["type"]): string {
  if (type === "text") return "AmiText";
  if (type === "flag") return "AmiFlag";
  if (type === "variables") return "AmiVariables";
  return openUnion(type);
}
