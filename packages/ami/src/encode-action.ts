import { AmiInjectionError } from "./errors.ts";

/** `undefined` leaves the header out, an array repeats it, a map is written as `name=value` lines (`Variable`). */
export type AmiValue =
  | string
  | number
  | boolean
  | undefined
  | readonly (string | number | boolean)[]
  | Readonly<Record<string, string | number | boolean>>;

export type AmiParams = Readonly<Record<string, AmiValue>>;

/** `Category-000000`, `Line-000000-000001` and the like are header names too. */
const headerName = /^[A-Za-z0-9_][A-Za-z0-9_.()/-]*$/;
const lineBreaking = /[\r\n\0]/;
/** A variable or a function with its arguments. Any other comma or equals sign would end it and begin another one. */
const variableName = /^[^\\",=()[\]]+(?:\((?:[^\\"=()[\]]|\([^\\"=()[\]]*\))*\))?$/;

/**
 * The bytes of one action. Values keep their type's own text: `true`, `1000`.
 *
 * @throws AmiInjectionError `AMI_INJECTION` if a key or a value holds CR, LF or NUL; `AMI_BAD_ACTION` if the
 *   action's name is empty, a key is no header name, a map's key is no
 *   variable's name, a value is of another type, or `Action` or `ActionID` is among the parameters.
 */
export function encodeAction(name: string, params: AmiParams = {}, actionId?: string): Uint8Array {
  return Buffer.from(actionText(name, params, actionId), "utf8");
}

/** {@link encodeAction} as text. The ActionID comes early: Asterisk echoes it even when a later line is too long for it. */
export function actionText(name: string, params: AmiParams, actionId?: string): string {
  if (name.trim() === "") throw new AmiInjectionError("AMI_BAD_ACTION", "An AMI action needs a name");
  let text = `Action: ${checked("Action", name)}\r\n`;
  if (actionId !== undefined) text += `ActionID: ${checked("ActionID", actionId)}\r\n`;
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined) continue;
    checkKey(key, name);
    for (const line of linesOf(key, value)) text += `${key}: ${checked(key, line)}\r\n`;
  }
  return `${text}\r\n`;
}

function linesOf(key: string, value: Exclude<AmiValue, undefined>): readonly string[] {
  if (Array.isArray(value)) return value.map((item) => scalar(key, item));
  if (typeof value !== "object" || value === null) return [scalar(key, value)];
  const prototype: unknown = Object.getPrototypeOf(value);
  // A Map, a Date or a Buffer has no entries that anybody meant.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return [scalar(key, value)];
  return Object.entries(value).map(
    ([name, item]) => `${checkedVariable(key, name)}=${escapeVariable(scalar(key, item))}`,
  );
}

function checkedVariable(key: string, name: string): string {
  if (lineBreaking.test(name) || variableName.test(name)) return name;
  throw new AmiInjectionError("AMI_BAD_ACTION", `${JSON.stringify(name)} in ${key} is no name of one variable`);
}

function scalar(key: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return String(value);
  throw new AmiInjectionError(
    "AMI_BAD_ACTION",
    `The value of ${JSON.stringify(key)} is no text, finite number, boolean, list or plain object of these`,
  );
}

/** Asterisk cuts `Variable` at commas and eats quotes and backslashes (main/app.c, ast_app_separate_args), so a map's values are escaped. */
const escapeVariable = (value: string): string => value.replaceAll(/[\\",()[\]]/g, String.raw`\$&`);

function checkKey(key: string, action: string): void {
  if (lineBreaking.test(key)) {
    throw new AmiInjectionError(
      "AMI_INJECTION",
      `A header name of action ${action} holds CR, LF or NUL; it was not sent`,
    );
  }
  if (!headerName.test(key)) {
    throw new AmiInjectionError("AMI_BAD_ACTION", `${JSON.stringify(key)} cannot be a header of action ${action}`);
  }
  if (/^action(?:id)?$/i.test(key)) {
    throw new AmiInjectionError("AMI_BAD_ACTION", `${key} of action ${action} is set by the client itself`);
  }
}

function checked(key: string, value: string): string {
  if (lineBreaking.test(value)) {
    throw new AmiInjectionError("AMI_INJECTION", `The value of ${key} holds CR, LF or NUL; the action was not sent`);
  }
  return value;
}
