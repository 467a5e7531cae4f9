import { createHash } from "node:crypto";

/** What a phone says who it is with. */
export interface DigestAccount {
  readonly user: string;
  readonly password: string;
}

/**
 * The value of an Authorization header that answers a WWW-Authenticate or Proxy-Authenticate (RFC 2617, MD5, with and without
 * `qop=auth`); undefined if the challenge is of another kind.
 *
 * @param nonceOfClient fresh and unguessable
 */
export function answerChallenge(
  challenge: string,
  account: DigestAccount,
  method: string,
  uri: string,
  nonceOfClient: string,
): string | undefined {
  if (!/^\s*Digest\s/iu.test(challenge)) return undefined;
  const told = (name: string): string | undefined => {
    const match = new RegExp(`[\\s,]${name}=(?:"([^"]*)"|([^",\\s]+))`, "iu").exec(challenge);
    return match?.[1] ?? match?.[2];
  };
  const [realm, nonce, opaque] = [told("realm") ?? "", told("nonce") ?? "", told("opaque")];
  if ((told("algorithm") ?? "MD5").toUpperCase() !== "MD5") return undefined;
  const qop = told("qop")
    ?.split(",")
    .some((kind) => kind.trim() === "auth");
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const who = md5(`${account.user}:${realm}:${account.password}`);
  const what = md5(`${method}:${uri}`);
  const count = "00000001";
  const response = md5(qop ? `${who}:${nonce}:${count}:${nonceOfClient}:auth:${what}` : `${who}:${nonce}:${what}`);
  return [
    `Digest username="${account.user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    "algorithm=MD5",
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
    ...(qop ? ["qop=auth", `nc=${count}`, `cnonce="${nonceOfClient}"`] : []),
  ].join(", ");
}
