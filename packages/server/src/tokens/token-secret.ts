import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A token as it is given out once, `cb_<id>_<secret>`, and what is kept of it. */
export interface MadeToken {
  readonly id: string;
  readonly secret: string;
  readonly hash: string;
}

/** What somebody showed: the id says which token, the secret whether it is his. */
export interface ShownToken {
  readonly id: string;
  readonly secret: string;
}

/** A new token; `random` gives that many random bytes. */
export function makeToken(random: (bytes: number) => Buffer = randomBytes): MadeToken {
  const id = random(6).toString("hex");
  const secret = random(32).toString("base64url");
  return { id, secret: `cb_${id}_${secret}`, hash: hashSecret(secret) };
}

/** Takes apart what somebody showed; undefined for what was never given out. */
export function parseToken(text: string): ShownToken | undefined {
  const [, id, secret] = /^cb_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/**
 * What is stored. A plain SHA-256 is enough: the secret has 256 random bits, so nobody can try them all, and a slow hash,
 * which protects what people make up, would only slow each request down.
 */
function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Compares a secret with a stored hash in a time that tells nothing of either. */
export function matchesHash(secret: string, hash: string): boolean {
  const shown = Buffer.from(hashSecret(secret));
  const stored = Buffer.from(hash);
  return shown.length === stored.length && timingSafeEqual(shown, stored);
}
