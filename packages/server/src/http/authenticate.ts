import type { Verb } from "@cordboard/sdk";
import type { FastifyReply, FastifyRequest } from "fastify";
import { allows } from "../tokens/grant.ts";
import type { Grant } from "../tokens/grant.ts";
import { ApiError } from "./api-error.ts";
import { isFromElsewhere } from "./host-check.ts";

/** Who knows which tokens and tickets are good. */
export interface TokenGuard {
  /** The grant of a token's secret; undefined for one that is unknown, expired or revoked. */
  verify(secret: string): Promise<Grant | undefined>;
  /** The grant of a ticket, which is used up by that. */
  redeem(ticket: string): Promise<Grant | undefined>;
  /** Calls once when a token expires or is revoked, also by another process; returns how to stop listening. */
  onEnded(tokenId: string, listener: () => void): () => void;
}

/** What an authenticator works with. */
export interface AuthenticatorOptions {
  readonly tokens: TokenGuard;
  readonly allowedOrigins: ReadonlySet<string>;
  /** Counts a wrong token of an address. @throws ApiError `RATE_LIMITED` when that has shown too many */
  readonly failed: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Counts a request of a token, whatever comes of it. @throws ApiError `RATE_LIMITED` */
  readonly asked: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

/** What a route asks of who calls it. */
export interface Demand {
  readonly verb: Verb;
  readonly ticket: boolean;
}

const grants = new WeakMap<FastifyRequest, Grant>();

/** Who sent this request; undefined where no token was asked for. */
export function grantOf(request: FastifyRequest): Grant | undefined {
  return grants.get(request);
}

/** Answers who asks. A wrong token is counted by address; a right one always passes, so nobody can lock others out. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /**
   * The grant of a request.
   * @throws ApiError `TOKEN_REQUIRED`, `TOKEN_INVALID`, `TICKET_INVALID`, `ORIGIN_NOT_ALLOWED`, `FORBIDDEN`, `RATE_LIMITED`
   */
  async admit(request: FastifyRequest, reply: FastifyReply, demand: Demand): Promise<Grant> {
    const ticket = (request.query as Record<string, unknown>)["ticket"];
    const grant =
      demand.ticket && typeof ticket === "string"
        ? await this.#byTicket(request, reply, ticket)
        : await this.#byToken(request, reply);
    grants.set(request, grant);
    await this.#options.asked(request, reply);
    if (!allows(grant.scope, demand.verb)) {
      throw new ApiError("FORBIDDEN", { detail: `This needs the verb "${demand.verb}".` });
    }
    return grant;
  }

  async #byToken(request: FastifyRequest, reply: FastifyReply): Promise<Grant> {
    const secret = /^Bearer +([\x21-\x7E]{1,512})$/i.exec(request.headers.authorization ?? "")?.[1];
    if (secret === undefined) {
      reply.header("www-authenticate", "Bearer");
      throw new ApiError("TOKEN_REQUIRED");
    }
    return (await this.#options.tokens.verify(secret)) ?? this.#refuse(request, reply, "TOKEN_INVALID");
  }

  /** A ticket stands in an address, where a page of another site could put it: so who asks matters here. */
  async #byTicket(request: FastifyRequest, reply: FastifyReply, ticket: string): Promise<Grant> {
    const { origin } = request.headers;
    if (isFromElsewhere(request.headers) && (origin === undefined || !this.#options.allowedOrigins.has(origin))) {
      throw new ApiError("ORIGIN_NOT_ALLOWED");
    }
    return (await this.#options.tokens.redeem(ticket)) ?? this.#refuse(request, reply, "TICKET_INVALID");
  }

  async #refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    code: "TOKEN_INVALID" | "TICKET_INVALID",
  ): Promise<never> {
    await this.#options.failed(request, reply);
    reply.header("www-authenticate", 'Bearer error="invalid_token"');
    throw new ApiError(code);
  }
}

/** True when the address itself carries what looks like a token: it stands in proxies' logs now. */
export function hasTokenInUrl(url: string): boolean {
  return /[?&](?:token|access_token|api_?key|authorization|secret)=|cb_[A-Za-z0-9]+_[\w-]{20,}/i.test(url);
}
