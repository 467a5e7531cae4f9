import { CordboardConnectionError, CordboardOptionError } from "../errors.ts";
import type { ClientOptions, RequestOptions } from "./client-options.ts";
import { isRecord } from "./is-record.ts";
import { apiErrorOf, parseJson, readText } from "./read-answer.ts";
import { apiBase, placeOf, requestUrl } from "./request-url.ts";
import type { Path, Query } from "./request-url.ts";
import { milliseconds, within } from "./within.ts";
import type { Limits } from "./within.ts";

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_LENGTH = 64 * 1024 * 1024;

/** One request of the API. */
export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: Path;
  readonly query?: Query;
  readonly body?: unknown;
  /** May be asked with a ticket instead of a token. */
  readonly ticketed?: boolean;
}

/** An answer whose body has not been read. */
export interface OpenAnswer {
  /** Such as `GET /api/v1/events`. */
  readonly what: string;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What an answer that goes on takes besides. */
export interface OpenRequest extends ApiRequest {
  /** The media type that is asked for, and must come. */
  readonly accept: string;
  /** Aborted when it fails; abort it to end the answer. */
  readonly controller: AbortController;
}

/** Sends requests: address, token, time limits and errors are here and nowhere else. */
export class Api {
  readonly signal: AbortSignal | undefined;
  readonly maxLength: number;
  readonly #base: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #timeoutMs: number;
  readonly #token: ClientOptions["token"];
  readonly #ticket: ClientOptions["ticket"];

  /** @throws {CordboardOptionError} */
  constructor(options: ClientOptions) {
    this.#base = apiBase(options.url);
    // A browser's fetch refuses to be called as a method of something else.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#timeoutMs = milliseconds("timeoutMs", options.timeoutMs, DEFAULT_TIMEOUT_MS);
    this.#token = typeof options.token === "string" ? sendable("token", options.token) : options.token;
    this.#ticket = options.ticket;
    this.signal = options.signal;
    this.maxLength = options.maxLength ?? DEFAULT_MAX_LENGTH;
    if (!(this.maxLength > 0)) throw new CordboardOptionError("maxLength must be a number above 0.");
  }

  /** The JSON of an answer, which must be an object; undefined where the server says that there is none (204). */
  json(request: ApiRequest, options: RequestOptions = {}): Promise<Record<string, unknown> | undefined> {
    const what = nameOf(request);
    return within(this.limits(what, options), "SDK_CONNECT_FAILED", async (signal) => {
      const response = await this.#send(what, request, { accept: "application/json", signal });
      if (response.status === 204) return undefined;
      const text = await readText(response, this.maxLength);
      const value = text === undefined ? undefined : parseJson(text);
      if (isRecord(value)) return value;
      throw badReply(what, text === undefined ? "the answer is too long" : "the answer is not the JSON it should be");
    });
  }

  /** An answer that goes on; the time limit is for its beginning. */
  open(request: OpenRequest, options: RequestOptions): Promise<OpenAnswer> {
    const { accept, controller } = request;
    const what = nameOf(request);
    return within({ ...this.limits(what, options), controller }, "SDK_CONNECT_FAILED", async (signal) => {
      const response = await this.#send(what, request, { accept, signal });
      if (response.body !== null && response.headers.get("content-type")?.startsWith(accept) === true)
        return { what, body: response.body };
      throw badReply(what, `the answer is not ${accept}; is this the address of a Cordboard?`);
    });
  }

  /** What stops one step of a request. */
  limits(what: string, { signal, timeoutMs }: RequestOptions): Limits {
    return {
      what,
      timeoutMs: milliseconds("timeoutMs", timeoutMs, this.#timeoutMs),
      signals: [this.signal, signal],
    };
  }

  async #send(
    what: string,
    request: ApiRequest,
    { accept, signal }: { accept: string; signal: AbortSignal },
  ): Promise<Response> {
    const headers: Record<string, string> = { accept };
    let query = request.query ?? {};
    if (request.ticketed === true && this.#ticket !== undefined)
      query = { ...query, ticket: await ask("ticket", this.#ticket) };
    else if (this.#token !== undefined) headers["authorization"] = `Bearer ${await ask("token", this.#token)}`;
    if (request.body !== undefined) headers["content-type"] = "application/json";
    const response = await this.#fetch(requestUrl(this.#base, request.path, query), {
      method: request.method ?? "GET",
      headers,
      body: request.body === undefined ? null : JSON.stringify(request.body),
      // Tokens alone say who asks: with a cookie another page could ask in its user's name.
      credentials: "omit",
      cache: "no-store",
      signal,
    });
    if (response.ok) return response;
    throw await apiErrorOf(what, response);
  }
}

/** What a request is called in errors: without its query, in which a ticket may stand. */
export function nameOf({ method = "GET", path }: ApiRequest): string {
  return `${method} ${placeOf(path)}`;
}

/** An answer that is not what Cordboard says. */
export function badReply(what: string, reason: string): CordboardConnectionError {
  return new CordboardConnectionError("SDK_BAD_REPLY", `${what}: ${reason}.`);
}

async function ask(name: "token" | "ticket", source: string | (() => string | Promise<string>)): Promise<string> {
  if (typeof source === "string") return source;
  let value: string;
  try {
    value = await source();
  } catch (cause) {
    throw new CordboardConnectionError("SDK_CONNECT_FAILED", `The function that gives the ${name} failed.`, cause);
  }
  return sendable(name, value);
}

/** What fetch would refuse it would also repeat in its error. */
function sendable(name: "token" | "ticket", value: string): string {
  if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new CordboardOptionError(`The ${name} is empty, or holds a space, a line break or a character outside ASCII.`);
}
