import { corrections } from "./corrections.ts";

/** A value's type, in the terms of the wire. */
export type WireType =
  | { readonly kind: "string" | "number" | "boolean" | "date" | "object" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "model"; readonly name: string }
  | { readonly kind: "list"; readonly of: WireType };

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "body";
  readonly type: WireType;
  readonly required: boolean;
  /** Several values, joined with commas. */
  readonly multiple: boolean;
  /** As documented; the server does not apply all of them. */
  readonly defaultValue?: string;
}

export interface Operation {
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** `void`, `binary`, or the type of the JSON body. */
  readonly result: "void" | "binary" | WireType;
  /** First release of each branch that has it. */
  readonly since: readonly string[];
  readonly errorStatuses: readonly number[];
  /** The event WebSocket, which is no plain request. */
  readonly upgrade: boolean;
}

export interface Property {
  readonly name: string;
  readonly type: WireType;
  readonly required: boolean;
}

export interface Model {
  readonly name: string;
  /** Of the file that declares it. */
  readonly resource: string;
  readonly properties: readonly Property[];
  readonly subTypes: readonly string[];
}

export interface Resource {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly models: readonly Model[];
}

type Json = Readonly<Record<string, unknown>>;

const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown, where: string): string => {
  if (typeof value === "string") return value;
  throw new Error(`${where}: expected a string, found ${JSON.stringify(value)}`);
};

const SIMPLE: Readonly<Record<string, WireType>> = {
  string: { kind: "string" },
  int: { kind: "number" },
  long: { kind: "number" },
  double: { kind: "number" },
  boolean: { kind: "boolean" },
  Date: { kind: "date" },
  object: { kind: "object" },
  containers: { kind: "object" },
};

function wireType(name: string, allowableValues: unknown): WireType {
  const inner = /^List\[(.+)\]$/.exec(name)?.[1];
  if (inner !== undefined) return { kind: "list", of: wireType(inner, undefined) };
  const allowed = object(allowableValues);
  if (allowed["valueType"] === "LIST" && Array.isArray(allowed["values"])) {
    return { kind: "enum", values: allowed["values"].map(String) };
  }
  return SIMPLE[name] ?? { kind: "model", name };
}

function parameter(raw: Json, operation: string): Parameter {
  const name = text(raw["name"], `a parameter of ${operation}`);
  const where = text(raw["paramType"], `${operation} ${name}`);
  if (where !== "path" && where !== "query" && where !== "body") {
    throw new Error(`${operation} ${name}: paramType ${where} is not known`);
  }
  const correction = corrections.parameters[`${operation}.${name}`];
  const fallback = raw["defaultValue"];
  return {
    name,
    in: where,
    type: correction ?? wireType(text(raw["dataType"], `${operation} ${name}`), raw["allowableValues"]),
    // Seven path parameters lack the key, and a path cannot do without its parts.
    required: where === "path" || raw["required"] === true,
    multiple: raw["allowMultiple"] === true,
    ...(fallback === undefined ? {} : { defaultValue: JSON.stringify(fallback) }),
  };
}

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;

function operation(raw: Json, path: string, resource: string): Operation {
  const name = text(raw["nickname"], path);
  const key = `${resource}.${name}`;
  const method = METHODS.find((known) => known === raw["httpMethod"]);
  if (method === undefined) throw new Error(`${key}: method ${String(raw["httpMethod"])} is not known`);
  const result = text(raw["responseClass"], key);
  const since = Array.isArray(raw["since"]) ? raw["since"].map(String) : [];
  return {
    name,
    method,
    path,
    parameters: list(raw["parameters"]).map((each) => parameter(each, key)),
    result: result === "void" || result === "binary" ? result : wireType(result, undefined),
    since: corrections.since[key] ?? since,
    // Two of them are strings.
    errorStatuses: [...new Set(list(raw["errorResponses"]).map((each) => Number(each["code"])))].sort((a, b) => a - b),
    upgrade: raw["upgrade"] === "websocket",
  };
}

function model(name: string, raw: Json, resource: string): Model {
  const declared = Object.entries(object(raw["properties"])).map(([property, value]): Property => {
    const each = object(value);
    return {
      name: property,
      type: wireType(text(each["type"], `${name}.${property}`), each["allowableValues"]),
      required: each["required"] === true,
    };
  });
  const missing = (corrections.properties[name] ?? []).filter((extra) => declared.every((p) => p.name !== extra.name));
  const subTypes = Array.isArray(raw["subTypes"]) ? raw["subTypes"].map(String) : [];
  return { name, resource, properties: [...declared, ...missing], subTypes };
}

/**
 * Reads one file of Asterisk's ARI description (swagger 1.1 with Asterisk's own keys) into what a generator needs,
 * with the defects of the data repaired. Sentences are left behind.
 * @param name the file's name without `.json`: `channels`.
 */
export function readResource(name: string, file: unknown): Resource {
  const raw = object(file);
  return {
    name,
    operations: list(raw["apis"]).flatMap((api) =>
      list(api["operations"]).map((each) => operation(each, text(api["path"], name), name)),
    ),
    models: Object.entries(object(raw["models"])).map(([id, each]) => model(id, object(each), name)),
  };
}

/** The names of the resources in `resources.json`, in its order. */
export function resourceNames(file: unknown): string[] {
  return list(object(file)["apis"]).map((api) => {
    const path = text(api["path"], "resources.json");
    const name = /\/api-docs\/(\w+)\.\{format\}$/.exec(path)?.[1];
    if (name === undefined) throw new Error(`resources.json: path ${path} is not known`);
    return name;
  });
}
