import { CordboardApiError } from "../errors.ts";
import type { Problem } from "../problem.ts";
import { isRecord } from "./is-record.ts";

const MAX_PROBLEM_LENGTH = 65_536;

/** The text of an answer; undefined if it has more than `maxLength` characters, of which no more are read then. */
export async function readText(response: Response, maxLength: number): Promise<string | undefined> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    const part = decoder.decode(value, { stream: !done });
    length += part.length;
    parts.push(part);
    if (length > maxLength) {
      // Not awaited: a server that keeps sending must not hold us.
      reader.cancel().catch(() => {});
      return undefined;
    }
    if (done) return parts.join("");
  }
}

/** Undefined if it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error that an answer with an error status means. */
export async function apiErrorOf(what: string, response: Response): Promise<CordboardApiError> {
  const { status } = response;
  const text = await readText(response, MAX_PROBLEM_LENGTH).catch(() => undefined);
  const problem = problemOf(parseJson(text ?? ""));
  const said = problem === undefined ? "the answer is no problem of Cordboard's" : textOf(problem);
  return new CordboardApiError(status, `${what}: ${status} ${oneLine(said)}`, {
    problem,
    retryAfterMs: retryAfter(response.headers.get("retry-after")),
  });
}

function textOf({ code, title, detail, errors }: Problem): string {
  const places: unknown[] = Array.isArray(errors) ? errors : [];
  const more = [
    ...(typeof detail === "string" ? [detail] : []),
    ...places.filter(isRecord).map(({ path, message }) => `${String(path)}: ${String(message)}`),
  ];
  return `${code}: ${title}${more.length > 0 ? ` (${more.join("; ")})` : ""}`;
}

function problemOf(value: unknown): Problem | undefined {
  return isRecord(value) && typeof value["code"] === "string" && typeof value["title"] === "string"
    ? (value as Problem)
    : undefined;
}

/** What others wrote goes into a message as one short line, without what would move a terminal's cursor. */
export function oneLine(text: string): string {
  return text.slice(0, 500).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

/** Whole seconds (RFC 9110, 10.2.3); Cordboard sends no date. */
function retryAfter(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
