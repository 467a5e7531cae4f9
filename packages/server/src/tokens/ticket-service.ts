import { createHash, randomBytes } from "node:crypto";
import type { Ticket } from "@cordboard/sdk";
import type { Grant } from "./grant.ts";

const TICKET_MS = 30_000;
/** More than this many at once are forgotten, oldest first: tickets are used within moments. */
const MAX_TICKETS = 10_000;

/** One-use tickets for browsers, which can send no header with a WebSocket or an EventSource. Kept in memory only. */
export class TicketService {
  readonly #grantOf: (tokenId: string) => Promise<Grant | undefined>;
  readonly #now: () => number;
  /** By hash, in the order in which they expire. */
  readonly #tickets = new Map<string, { readonly tokenId: string; readonly expiresAt: number }>();

  /** `grantOf`: what a token allows now; undefined when it has ended. */
  constructor(grantOf: (tokenId: string) => Promise<Grant | undefined>, now: () => number = Date.now) {
    this.#grantOf = grantOf;
    this.#now = now;
  }

  /** A ticket for who has this token: what it opens is what the token may see then. */
  issue(tokenId: string): Ticket {
    const expiresAt = this.#now() + TICKET_MS;
    this.#forgetOld();
    const ticket = `ct_${randomBytes(32).toString("base64url")}`;
    this.#tickets.set(hash(ticket), { tokenId, expiresAt });
    return { ticket, expiresAt: new Date(expiresAt).toISOString() };
  }

  /** Uses a ticket up; undefined for one that is unknown, used, too old, or whose token has ended. */
  async redeem(ticket: string): Promise<Grant | undefined> {
    const key = hash(ticket);
    const found = this.#tickets.get(key);
    this.#tickets.delete(key);
    return found === undefined || found.expiresAt <= this.#now() ? undefined : this.#grantOf(found.tokenId);
  }

  #forgetOld(): void {
    for (const [key, { expiresAt }] of this.#tickets) {
      if (expiresAt > this.#now() && this.#tickets.size < MAX_TICKETS) break;
      this.#tickets.delete(key);
    }
  }
}

function hash(ticket: string): string {
  return createHash("sha256").update(ticket).digest("base64url");
}
