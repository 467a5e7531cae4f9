import { describe, expect, it } from "vitest";
import { answerChallenge } from "./digest.ts";

const account = { user: "Mufasa", password: "Circle Of Life" };

describe("the answer to a digest challenge", () => {
  it("is the one that RFC 2617 section 3.5 gives", () => {
    const challenge =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const answer = answerChallenge(challenge, account, "GET", "/dir/index.html", "0a4f113b");
    expect(answer).toContain('response="6629fae49393a05397450978507c4ef1"');
    expect(answer).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41"');
    expect(answer).toContain('qop=auth, nc=00000001, cnonce="0a4f113b"');
    expect(answer).not.toContain("Circle");
  });

  it("works without qop, as old servers ask", () => {
    const answer = answerChallenge('Digest realm="a",nonce="b"', account, "REGISTER", "sip:x", "c");
    expect(answer).toMatch(/response="[\da-f]{32}"/u);
    expect(answer).not.toContain("qop");
  });

  it("is none for what it does not know", () => {
    expect(answerChallenge('Basic realm="a"', account, "REGISTER", "sip:x", "c")).toBeUndefined();
    expect(
      answerChallenge('Digest realm="a", nonce="b", algorithm=SHA-256', account, "REGISTER", "sip:x", "c"),
    ).toBeUndefined();
  });
});
