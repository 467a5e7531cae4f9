import { AriArgumentError } from "./errors.ts";
import type { OperationSpec } from "./operation-spec.ts";
import type { AriRequestOptions } from "./options.ts";
import type { WireRequest } from "./wire-request.ts";

/** Asterisk's http.c reads at most so many bytes of a body (1,024 in a LOW_MEMORY build). */
const MAX_BODY_BYTES = 40_960;
/** http.c reads lines of at most 4,096 bytes; method, base path and version need some of them. */
const MAX_TARGET_BYTES = 3_900;
/** Values of one comma list that Asterisk takes (res_ari's MAX_VALS). */
const MAX_VALUES = 127;

/** Query parameters whose values may hold line breaks: AMI escapes variables, and a text message is no header. */
const MULTI_LINE: ReadonlySet<string> = new Set(["value", "body"]);

const bad = (operation: string, message: string): AriArgumentError =>
  new AriArgumentError("ARI_BAD_ARGUMENT", `${operation}: ${message}`, { operation });

function encoded(value: string, operation: string, name: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    throw bad(operation, `${name} is not well-formed Unicode.`);
  }
}

/** Asterisk ends a string at a NUL, and writes ids, names and dialplan arguments into AMI events as they are (seen on 22.10.1). */
function refuseForgery(text: string, operation: string, name: string): void {
  if (/[\r\n\0]/.test(text)) throw bad(operation, `${name} holds a line break or a NUL.`);
}

function scalar(value: unknown, operation: string, name: string): string {
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  throw bad(operation, `${name} must be a string, a finite number or a boolean.`);
}

function commaList(values: readonly unknown[], operation: string, name: string): string {
  if (values.length > MAX_VALUES)
    throw bad(operation, `${name} has ${values.length} values; Asterisk takes ${MAX_VALUES}.`);
  return values
    .map((each) => {
      const text = scalar(each, operation, name);
      if (text.includes(",")) {
        throw bad(
          operation,
          `a value of ${name} holds a comma, at which Asterisk would split it; pass several values as an array.`,
        );
      }
      return text;
    })
    .join(",");
}

function queryText(
  query: Readonly<Record<string, unknown>>,
  names: readonly string[],
  isList: (name: string) => boolean,
  operation: string,
): string {
  const parts: string[] = [];
  for (const name of names) {
    const value = query[name];
    if (value === undefined || value === null) continue;
    const text =
      isList(name) || Array.isArray(value)
        ? commaList(Array.isArray(value) ? value : [value], operation, name)
        : scalar(value, operation, name);
    if (text.includes("\0") || !MULTI_LINE.has(name)) refuseForgery(text, operation, name);
    parts.push(`${encoded(name, operation, name)}=${encoded(text, operation, name)}`);
  }
  return parts.join("&");
}

function jsonBody(value: unknown, operation: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new AriArgumentError("ARI_BAD_ARGUMENT", `${operation}: the body cannot be written as JSON.`, {
      operation,
      cause,
    });
  }
  if (text === undefined) throw bad(operation, "the body cannot be written as JSON.");
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BODY_BYTES) {
    throw new AriArgumentError(
      "ARI_BODY_TOO_LARGE",
      `${operation}: the body has ${bytes} bytes and Asterisk takes ${MAX_BODY_BYTES}; send less at once.`,
      { operation },
    );
  }
  return text;
}

function checked(request: WireRequest): WireRequest {
  const bytes = request.path.length + 1 + request.query.length;
  if (bytes <= MAX_TARGET_BYTES) return request;
  throw new AriArgumentError(
    "ARI_BODY_TOO_LARGE",
    `${request.operation}: path and query have ${bytes} bytes and Asterisk reads lines of at most 4,096; shorten the values.`,
    { operation: request.operation },
  );
}

/**
 * One typed operation as it goes over the wire. Parameters that the operation does not have are refused, since
 * Asterisk would ignore them in silence.
 * @throws {AriArgumentError} `ARI_BAD_ARGUMENT`, `ARI_BODY_TOO_LARGE`.
 */
export function encodeOperation(
  operation: string,
  spec: OperationSpec,
  params: Readonly<Record<string, unknown>>,
): WireRequest {
  const known = new Set(spec.query);
  if (spec.body !== undefined) known.add(spec.body);
  const path = spec.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    known.add(name);
    const value = params[name];
    if (value === undefined || value === null) throw bad(operation, `${name} is missing.`);
    const text = scalar(value, operation, name);
    if (text === "") throw bad(operation, `${name} is empty.`);
    // Percent-encoding leaves dots alone, and a proxy before Asterisk would resolve them to another resource.
    if (text === "." || text === "..") throw bad(operation, `${name} is a step in a path, not a name.`);
    refuseForgery(text, operation, name);
    return encoded(text, operation, name);
  });
  for (const name in params) if (!known.has(name)) throw bad(operation, `there is no parameter ${name}.`);
  const body = spec.body === undefined ? undefined : params[spec.body];
  if (typeof body === "object" && body !== null)
    for (const name of Object.keys(body)) refuseForgery(name, operation, "a name in the body");
  return checked({
    method: spec.method,
    path,
    query: queryText(params, spec.query ?? [], (name) => spec.multiple?.includes(name) ?? false, operation),
    ...(spec.body === undefined || body === undefined
      ? {}
      : { body: jsonBody(spec.rawBody === true ? body : { [spec.body]: body }, operation) }),
    operation,
  });
}

/**
 * A raw request: the path as given (already percent-encoded, a query may be in it), relative to `/ari`.
 * @throws {AriArgumentError} `ARI_BAD_ARGUMENT`, `ARI_BODY_TOO_LARGE`.
 */
export function encodeRaw(method: string, path: string, options: AriRequestOptions): WireRequest {
  const verb = method.toUpperCase();
  const [before = "", inPath = ""] = path.split(/\?(.*)/s, 2);
  const target = `/${before.replace(/^\/+/, "").replace(/^ari\//, "")}`;
  const operation = `${verb} ${target}`;
  if (!/^[A-Z]+$/.test(verb)) throw bad("request", "the method is not an HTTP method.");
  // Node refuses these too, but with an error of its own.
  if (!/^[\x21-\x7e]*$/.test(target + inPath) || inPath.includes("#")) {
    throw bad(operation.replaceAll(/[^\x20-\x7e]/g, "?"), "the path holds characters that must be percent-encoded.");
  }
  const query = options.query ?? {};
  const own = queryText(query, Object.keys(query), () => false, operation);
  return checked({
    method: verb,
    path: target,
    query: [inPath, own].filter((part) => part !== "").join("&"),
    ...(options.body === undefined ? {} : { body: jsonBody(options.body, operation) }),
    operation,
  });
}
