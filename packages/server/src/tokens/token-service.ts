import type { CreatedToken, NewToken, Scope, Token } from "@cordboard/sdk";
import { scopeSchema } from "@cordboard/sdk/schemas";
import type { TokenRow, Database } from "../storage/database.ts";
import type { Grant } from "./grant.ts";
import { makeToken, matchesHash, parseToken } from "./token-secret.ts";

/** What the service is made of. */
export interface TokenServiceOptions {
  readonly database: Database;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Told when the time of the last use cannot be stored, which stops nobody. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The time of the last use is stored at most this often (ms): it is for people who clean up, and each write wears the disk. */
const USE_MS = 60_000;

/** Tokens: made, checked, listed and revoked. Several processes may work on the same database. */
export class TokenService {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #usedAt = new Map<string, number>();
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(options: TokenServiceOptions) {
    this.#database = options.database;
    this.#now = options.now ?? Date.now;
    this.#onError = options.onError ?? (() => {});
  }

  /** Makes a token; its secret is told this once and never again. */
  async create(wanted: NewToken): Promise<CreatedToken> {
    const { id, secret, hash } = makeToken();
    const row: TokenRow = {
      id,
      name: wanted.name,
      hash,
      scope: JSON.stringify(wanted.scope),
      created_at: this.#now(),
      expires_at: wanted.expiresAt === undefined ? null : Date.parse(wanted.expiresAt),
      last_used_at: null,
    };
    await this.#database.insertInto("token").values(row).execute();
    return { ...toToken(row), secret };
  }

  /** The grant of a secret; undefined for one that is unknown, expired or revoked. */
  async verify(secret: string): Promise<Grant | undefined> {
    const shown = parseToken(secret);
    const row = shown === undefined ? undefined : await this.#find(shown.id);
    // Who guesses an id is not told by the time it takes whether that exists.
    if (shown === undefined || !matchesHash(shown.secret, row?.hash ?? NOBODYS_HASH) || row === undefined)
      return undefined;
    return this.#grant(row);
  }

  /** The grant of a token by its id, for who has proved already that it is his. */
  async grantOf(id: string): Promise<Grant | undefined> {
    const row = await this.#find(id);
    return row === undefined ? undefined : this.#grant(row);
  }

  /** All tokens that have not expired, oldest first. */
  async list(): Promise<Token[]> {
    const rows = await this.#database.selectFrom("token").selectAll().orderBy("created_at").orderBy("id").execute();
    return rows.filter((row) => !this.#isOver(row)).map(toToken);
  }

  /** One token; undefined when there is none, or no more. */
  async get(id: string): Promise<Token | undefined> {
    const row = await this.#find(id);
    return row === undefined || this.#isOver(row) ? undefined : toToken(row);
  }

  /** Ends a token at once, its open streams included. False when there was none. */
  async revoke(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database.deleteFrom("token").where("id", "=", id).executeTakeFirst();
    this.#end(id);
    return numDeletedRows > 0n;
  }

  /** Calls once when a token expires or is revoked; returns how to stop listening. */
  onEnded(id: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  /** Ends tokens that expired or that another process revoked, and forgets expired ones. To be called every second. */
  async sweep(): Promise<void> {
    const now = this.#now();
    await this.#database.deleteFrom("token").where("expires_at", "<=", now).execute();
    if (this.#listeners.size === 0) return;
    const rows = await this.#database
      .selectFrom("token")
      .select("id")
      .where("id", "in", [...this.#listeners.keys()])
      .execute();
    const good = new Set(rows.map(({ id }) => id));
    for (const id of this.#listeners.keys()) if (!good.has(id)) this.#end(id);
  }

  #find(id: string): Promise<TokenRow | undefined> {
    return this.#database.selectFrom("token").selectAll().where("id", "=", id).executeTakeFirst();
  }

  #grant(row: TokenRow): Grant | undefined {
    if (this.#isOver(row)) return undefined;
    this.#noteUse(row);
    return { tokenId: row.id, name: row.name, scope: toScope(row) };
  }

  #isOver(row: TokenRow): boolean {
    return row.expires_at !== null && row.expires_at <= this.#now();
  }

  #noteUse(row: TokenRow): void {
    const now = this.#now();
    if (now - (this.#usedAt.get(row.id) ?? row.last_used_at ?? 0) < USE_MS) return;
    this.#usedAt.set(row.id, now);
    this.#database
      .updateTable("token")
      .set({ last_used_at: now })
      .where("id", "=", row.id)
      .execute()
      .catch(this.#onError);
  }

  #end(id: string): void {
    this.#usedAt.delete(id);
    const listeners = this.#listeners.get(id);
    this.#listeners.delete(id);
    for (const listener of listeners ?? []) listener();
  }
}

const NOBODYS_HASH = "0".repeat(43);

function toScope(row: TokenRow): Scope {
  return scopeSchema.parse(JSON.parse(row.scope));
}

function toToken(row: TokenRow): Token {
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    id: row.id,
    name: row.name,
    scope: toScope(row),
    createdAt: time(row.created_at),
    ...(row.expires_at === null ? {} : { expiresAt: time(row.expires_at) }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: time(row.last_used_at) }),
  };
}
