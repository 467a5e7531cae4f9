import type { Operation, Parameter, Resource, WireType } from "./description.ts";
import { HEADER } from "./emit-models.ts";
import { modelsIn, propertyLines, receivedType, sentType } from "./type-text.ts";

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const pascal = (name: string): string => name.split("_").map(capital).join("");

/** Parameters a caller may leave out although the description asks for them, because the client makes them. */
const paramsName = (resource: Resource, operation: Operation): string =>
  `${pascal(resource.name)}${pascal(operation.name)}Params`;

const resultType = (result: Operation["result"]): string => {
  if (result === "void") return "void";
  return result === "binary" ? "AriDownload" : receivedType(result);
};

const parameterType = (each: Parameter): string => {
  const one = sentType(each.type);
  if (!each.multiple) return one;
  return each.type.kind === "enum" ? `${one} | readonly (${one})[]` : `${one} | readonly ${one}[]`;
};

function paramsInterface(resource: Resource, operation: Operation): string {
  const properties = operation.parameters.map((each) => ({
    name: each.name,
    type: parameterType(each),
    required: each.required,
    ...(each.defaultValue === undefined ? {} : { doc: `Default ${each.defaultValue}.` }),
  }));
  return `export interface ${paramsName(resource, operation)} {\n${propertyLines(properties)}}\n`;
}

function method(resource: Resource, operation: Operation): string {
  const needed = operation.parameters.some((each) => each.required);
  const params =
    operation.parameters.length === 0 ? "" : `params${needed ? "" : "?"}: ${paramsName(resource, operation)}, `;
  const statuses = operation.errorStatuses.length === 0 ? "" : ` Refusals: ${operation.errorStatuses.join(", ")}.`;
  return `  /** \`${operation.method} ${operation.path}\`, since ${operation.since.join(", ")}.${statuses} */
  ${operation.name}(${params}options?: AriCallOptions): Promise<${resultType(operation.result)}>;\n`;
}

const names = (parameters: readonly Parameter[]): string => JSON.stringify(parameters.map((each) => each.name));

/** The filter's body is the object itself; every other body is `{name: value}`. */
const isRawBody = (type: WireType): boolean => type.kind === "model" && type.name === "EventFilterBody";

function tableRow(operation: Operation): string {
  const query = operation.parameters.filter((each) => each.in === "query");
  const body = operation.parameters.find((each) => each.in === "body");
  const multiple = query.filter((each) => each.multiple);
  const result = typeof operation.result === "string" ? operation.result : "json";
  const fields = [
    `method: "${operation.method}"`,
    `path: ${JSON.stringify(operation.path)}`,
    ...(query.length === 0 ? [] : [`query: ${names(query)}`]),
    ...(multiple.length === 0 ? [] : [`multiple: ${names(multiple)}`]),
    ...(body === undefined ? [] : [`body: ${JSON.stringify(body.name)}`]),
    ...(body !== undefined && isRawBody(body.type) ? ["rawBody: true"] : []),
    `result: "${result}"`,
    `since: ${JSON.stringify(operation.since)}`,
  ];
  return `    ${operation.name}: { ${fields.join(", ")} },\n`;
}

/** `operations.ts`: parameters and methods as types, and one table that drives the single implementation. */
export function emitOperations(resources: readonly Resource[]): string {
  const plain = resources.map((resource) => ({
    ...resource,
    operations: resource.operations.filter((each) => !each.upgrade),
  }));
  const used = new Set<string>();
  const external = new Set(["AriDownload"]);
  for (const operation of plain.flatMap((resource) => resource.operations)) {
    if (typeof operation.result !== "string") modelsIn(operation.result).forEach((name) => used.add(name));
    for (const each of operation.parameters) modelsIn(each.type).forEach((name) => used.add(name));
  }
  for (const name of ["EventFilterBody", "VariableValues"]) if (used.delete(name)) external.add(name);
  const interfaces = plain.map((resource) => {
    const params = resource.operations
      .filter((each) => each.parameters.length > 0)
      .map((each) => paramsInterface(resource, each));
    const methods = resource.operations.map((each) => method(resource, each)).join("");
    return `${params.join("\n")}\nexport interface ${pascal(resource.name)}Resource {\n${methods}}\n`;
  });
  const table = plain.map((resource) => `  ${resource.name}: {\n${resource.operations.map(tableRow).join("")}  },\n`);
  return `${HEADER}import type { OperationSpec } from "../operation-spec.ts";
import type { AriCallOptions } from "../options.ts";
import type { ${[...external].sort().join(", ")} } from "../wire-types.ts";
import type { ${[...used].sort().join(", ")} } from "./models.ts";

${interfaces.join("\n")}
/** Every plain HTTP operation of ARI, by resource and by Asterisk's own nickname. */
export interface AriResources {
${plain.map((resource) => `  readonly ${resource.name}: ${pascal(resource.name)}Resource;\n`).join("")}}

export const OPERATIONS: Readonly<Record<keyof AriResources, Readonly<Record<string, OperationSpec>>>> = {
${table.join("")}};
`;
}
