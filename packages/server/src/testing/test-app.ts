import { createApp } from "../http/app.ts";
import type { AppOptions } from "../http/app.ts";
import type { TokenGuard } from "../http/authenticate.ts";
import { Metrics } from "../http/metrics.ts";
import type { Scope } from "@cordboard/sdk";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";

/** Tokens for tests: the secret is the token's id. */
export class FakeTokens implements TokenGuard {
  readonly scopes = new Map<string, Scope>();
  readonly tickets = new Map<string, string>();
  readonly #listeners = new Map<string, Set<() => void>>();

  verify(secret: string): ReturnType<TokenGuard["verify"]> {
    const scope = this.scopes.get(secret);
    return Promise.resolve(scope === undefined ? undefined : { tokenId: secret, name: secret, scope });
  }

  redeem(ticket: string): ReturnType<TokenGuard["redeem"]> {
    const secret = this.tickets.get(ticket);
    this.tickets.delete(ticket);
    return this.verify(secret ?? "");
  }

  onEnded(tokenId: string, listener: () => void): () => void {
    const set = this.#listeners.get(tokenId) ?? new Set();
    this.#listeners.set(tokenId, set.add(listener));
    return () => void set.delete(listener);
  }

  /** How many wait for the end of a token. */
  listeners(tokenId: string): number {
    return this.#listeners.get(tokenId)?.size ?? 0;
  }

  revoke(tokenId: string): void {
    this.scopes.delete(tokenId);
    for (const listener of this.#listeners.get(tokenId) ?? []) listener();
  }
}

/** An app with a token `all` that may everything; every reply is compared with its schema. */
export async function testApp(
  options: Partial<AppOptions> & Pick<AppOptions, "routes">,
): Promise<{ app: FastifyInstance; tokens: FakeTokens }> {
  const tokens = new FakeTokens();
  tokens.scopes.set("all", { pbxs: "*", extensions: "*", verbs: ["admin"] });
  const app = await createApp({
    tokens,
    metrics: new Metrics(),
    log: pino({ level: "silent" }),
    version: "0",
    checkReplies: true,
    ...options,
  });
  return { app, tokens };
}

/** The header of a token. */
export function bearer(secret: string): { authorization: string } {
  return { authorization: `Bearer ${secret}` };
}
