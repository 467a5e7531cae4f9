import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const COOKIE = "cordboard_live";
const MAX_SESSIONS = 1000;
const SESSION_MS = 12 * 60 * 60 * 1000;

/**
 * Guards the live page where others than this machine can reach it. The token itself travels once, in a header, and
 * is exchanged for a cookie with a random session of its own; it stands in no URL that a server or a proxy would log.
 */
export class PageToken {
  readonly #digest: Buffer;
  readonly #clock: () => number;
  readonly #sessions = new Map<string, number>();

  constructor(token: string, clock: () => number = Date.now) {
    this.#digest = digest(token);
    this.#clock = clock;
  }

  /** The Set-Cookie line for who shows the right token in an Authorization header; undefined for others. */
  open(authorization: string | undefined): string | undefined {
    const token = /^Bearer ([\x21-\x7E]{1,512})$/i.exec(authorization ?? "")?.[1];
    if (token === undefined || !timingSafeEqual(digest(token), this.#digest)) return undefined;
    const session = randomBytes(24).toString("base64url");
    this.#sessions.set(key(session), this.#clock() + SESSION_MS);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    return `${COOKIE}=${session}; Path=/live; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Strict`;
  }

  /** True for a request with the cookie of a session that is still good. */
  admits(cookies: string | undefined): boolean {
    for (const cookie of (cookies ?? "").split(";")) {
      const [name, value] = cookie.trim().split("=", 2);
      if (name === COOKIE && value !== undefined && (this.#sessions.get(key(value)) ?? 0) > this.#clock()) return true;
    }
    return false;
  }
}

/** A token nobody guesses: 32 random bytes, 43 letters. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function key(session: string): string {
  return digest(session).toString("base64");
}
