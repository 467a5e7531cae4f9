import type { CallHistoryExportQuery, CallHistoryPage, CallHistoryQuery, CallRecord } from "../call-history.ts";
import type { Extension, ParkedCall, Presence } from "../pbx-state.ts";
import type { PresenceUpdate } from "../presence-update.ts";
import type { CreatedToken, NewToken, Ticket, Token } from "../token.ts";
import { badReply, nameOf } from "./api.ts";
import type { Api, ApiRequest } from "./api.ts";
import type { RequestOptions } from "./client-options.ts";
import { openExport } from "./export-body.ts";
import { isRecord } from "./is-record.ts";
import type { Path } from "./request-url.ts";

/** A list as it is at one moment: give `cursor` as `after` to `events()`, and nothing that happens to it is missed. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly cursor: string;
}

/** Which PBX is meant, where several have the same name. */
export interface OfPbx {
  readonly pbx?: string | undefined;
}

/** Which calls. */
export interface CallsQuery extends OfPbx {
  readonly extension?: string | undefined;
  readonly queue?: string | undefined;
}

/** Which extensions. */
export interface ExtensionsQuery extends OfPbx {
  /** A part of number or name. */
  readonly search?: string | undefined;
}

/** Which ended calls; see {@link CallHistoryQuery}. */
export type HistoryQuery = Partial<Omit<CallHistoryQuery, "after">>;

/** A device of an extension. */
export type ExtensionDevice = Extension["devices"][number];

/** Lists, and single things by name or id. A name that is not there is a {@link CordboardApiError} `NOT_FOUND`. */
export interface Readable<T, Q = OfPbx> {
  readonly list: (query?: Q, options?: RequestOptions) => Promise<Listed<T>>;
  readonly get: (name: string, query?: OfPbx, options?: RequestOptions) => Promise<T>;
}

/** Extensions and their devices. */
export interface Extensions extends Readable<Extension, ExtensionsQuery> {
  devices(extension: string, query?: OfPbx, options?: RequestOptions): Promise<readonly ExtensionDevice[]>;
}

/** What people say of themselves. `who` is an extension (`1111`) or, with a colon in it, a presentity (`CustomPresence:1111`). */
export interface Presences {
  list(query?: OfPbx, options?: RequestOptions): Promise<Listed<Presence>>;
  get(who: string, query?: OfPbx, options?: RequestOptions): Promise<Presence>;
  /** Changes what `update` names and leaves the rest. Done when the PBX has confirmed it. */
  set(who: string, update: PresenceUpdate, query?: OfPbx, options?: RequestOptions): Promise<Presence>;
}

/** Calls that have ended, newest first. */
export interface CallHistory {
  /** All that match, page after page as they are taken. */
  search(query?: HistoryQuery, options?: RequestOptions): AsyncGenerator<CallRecord, undefined, undefined>;
  /** One page; give its `next` as `after` for the following one. */
  page(query?: HistoryQuery & { after?: string | undefined }, options?: RequestOptions): Promise<CallHistoryPage>;
  get(id: string, query?: OfPbx, options?: RequestOptions): Promise<CallRecord>;
  /** The same as a file that comes as it is read. */
  export(query: CallHistoryExportQuery, options?: RequestOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

/** Tokens; needs one with the verb `admin`. */
export interface Tokens {
  list(options?: RequestOptions): Promise<readonly Token[]>;
  /** The answer is the only one that ever holds the secret. */
  create(token: NewToken, options?: RequestOptions): Promise<CreatedToken>;
  revoke(id: string, options?: RequestOptions): Promise<void>;
}

/** One-use tickets, for a page that is to open the stream without a token. */
export interface Tickets {
  create(options?: RequestOptions): Promise<Ticket>;
}

export function readable<T, Q>(api: Api, folder: string): Readable<T, Q> {
  return {
    list: (query, options) => listed<T>(api, { path: [folder], query: { ...query } }, options),
    get: (name, query, options) => one<T>(api, { path: [folder, name], query: { ...query } }, options),
  };
}

export function extensions(api: Api): Extensions {
  return {
    ...readable(api, "extensions"),
    devices: (extension, query, options) =>
      items<ExtensionDevice>(api, { path: ["extensions", extension, "devices"], query: { ...query } }, options),
  };
}

/** Parking, whose spaces have no address of their own. */
export function parking(api: Api): Pick<Readable<ParkedCall>, "list"> {
  return { list: readable<ParkedCall, OfPbx>(api, "parking").list };
}

export function presences(api: Api): Presences {
  const pathOf = (who: string): Path => (who.includes(":") ? ["presence", who] : ["extensions", who, "presence"]);
  return {
    list: readable<Presence, OfPbx>(api, "presence").list,
    get: (who, query, options) => one(api, { path: pathOf(who), query: { ...query } }, options),
    set: (who, body, query, options) =>
      one(api, { method: "PATCH", path: pathOf(who), query: { ...query }, body }, options),
  };
}

export function callHistory(api: Api): CallHistory {
  const page: CallHistory["page"] = async (query, options) => {
    const request = { path: ["call-history"], query: { ...query } } as const;
    const answer = await one<CallHistoryPage>(api, request, options);
    checkItems(answer, request);
    return answer;
  };
  return {
    page,
    async *search(query, options) {
      let after: string | undefined;
      do {
        const { items, next } = await page({ ...query, after }, options);
        yield* items;
        if (next !== undefined && next === after) throw badReply("GET /api/v1/call-history", "a page leads to itself");
        after = next;
      } while (after !== undefined);
      return undefined;
    },
    get: readable<CallRecord, OfPbx>(api, "call-history").get,
    export: (query, options) => openExport(api, query, options ?? {}),
  };
}

export function tokens(api: Api): Tokens {
  return {
    list: (options) => items(api, { path: ["tokens"] }, options),
    create: (body, options) => one(api, { method: "POST", path: ["tokens"], body }, options),
    revoke: async (id, options) => {
      await api.json({ method: "DELETE", path: ["tokens", id] }, options);
    },
  };
}

export function tickets(api: Api): Tickets {
  return { create: (options) => one(api, { method: "POST", path: ["tickets"] }, options) };
}

async function one<T>(api: Api, request: ApiRequest, options?: RequestOptions): Promise<T> {
  const answer = await api.json(request, options);
  if (answer === undefined) throw badReply(nameOf(request), "the answer is empty");
  return answer as T;
}

async function items<T>(api: Api, request: ApiRequest, options?: RequestOptions): Promise<readonly T[]> {
  const answer = await one<{ items: readonly T[] }>(api, request, options);
  checkItems(answer, request);
  return answer.items;
}

async function listed<T>(api: Api, request: ApiRequest, options?: RequestOptions): Promise<Listed<T>> {
  const answer = await one<Listed<T>>(api, request, options);
  checkItems(answer, request);
  if (typeof answer.cursor !== "string") throw badReply(nameOf(request), "the answer has no cursor");
  return answer;
}

function checkItems({ items: list }: { readonly items: unknown }, request: ApiRequest): void {
  if (!Array.isArray(list) || !list.every(isRecord)) throw badReply(nameOf(request), "the answer has no list of items");
}
