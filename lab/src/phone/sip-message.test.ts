import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LabPhoneError } from "../errors.ts";
import { formatSip, headerOf, headersOf, isRequest, parseAddress, parseSip, type SipMessage } from "./sip-message.ts";

const invite = [
  "INVITE sip:1002@127.0.0.1:5060 SIP/2.0",
  "v: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bKa",
  "Via: SIP/2.0/UDP 127.0.0.1:5072;branch=z9hG4bKb",
  'f: "Kai" <sip:1000@127.0.0.1>;tag=x',
  "Subject: in",
  "\ttwo lines",
  "i: 7@p",
  "l: 4",
  "",
  "bodyand more that is not meant",
].join("\r\n");

describe("a SIP message", () => {
  it("is read with compact names, folded lines, and no more body than Content-Length says", () => {
    const message = parseSip(Buffer.from(invite));
    expect(isRequest(message) && message.method).toBe("INVITE");
    expect(headersOf(message, "via")).toHaveLength(2);
    expect(headerOf(message, "CALL-ID")).toBe("7@p");
    expect(headerOf(message, "subject")).toBe("in two lines");
    expect(message.body).toBe("body");
  });

  it("counts the body in bytes, not in characters", () => {
    const body = "Grüße";
    const bytes = formatSip({ status: 200, reason: "OK", headers: [], body });
    expect(bytes.toString("utf8")).toContain("Content-Length: 7");
    expect(parseSip(bytes).body).toBe(body);
  });

  it("comes back from its own text as it was", () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9.@:;=<>+-]{1,20}$/u);
    const headers = fc.array(fc.tuple(fc.stringMatching(/^X-[A-Za-z]{1,8}$/u), word), { maxLength: 6 });
    const request = fc.record({ method: fc.constantFrom("INVITE", "BYE"), uri: word, headers, body: fc.string() });
    const response = fc.record({
      status: fc.integer({ min: 100, max: 699 }),
      reason: word,
      headers,
      body: fc.string(),
    });
    fc.assert(
      fc.property(fc.oneof(request, response), (message: SipMessage) => {
        const back = parseSip(formatSip(message));
        expect({ ...back, headers: back.headers.slice(0, -1) }).toEqual(message);
      }),
    );
  });

  it("is refused with a typed error, never with another, whatever bytes come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(invite.length), (noise, at) => {
        const bytes = Buffer.concat([Buffer.from(invite.slice(0, at)), noise, Buffer.from(invite.slice(at))]);
        expect(errorOf(() => parseSip(bytes))).toSatisfy(
          (error) => error === undefined || error instanceof LabPhoneError,
        );
      }),
    );
  });

  it.each(["a\r\nEvil: yes", "a\nEvil: yes", "a\0"])("is not written with %j in a header", (value) => {
    expect(() => formatSip({ status: 200, reason: "OK", headers: [["X-Header", value]], body: "" })).toThrow(
      expect.objectContaining({ code: "SIP_MALFORMED" }),
    );
  });
});

describe("a SIP address", () => {
  it.each([
    ['"Kai \\"the\\" one" <sip:1000@a>;tag=5', { displayName: 'Kai "the" one', user: "1000", uri: "sip:1000@a" }],
    [
      "Ping <sip:1002@a:5060;transport=udp>",
      { displayName: "Ping", user: "1002", uri: "sip:1002@a:5060;transport=udp" },
    ],
    ["sip:asterisk@a;tag=7", { displayName: "", user: "asterisk", uri: "sip:asterisk@a" }],
    ["<sip:a>", { displayName: "", user: "", uri: "sip:a" }],
  ])("%s", (text, expected) => {
    expect(parseAddress(text)).toMatchObject(expected);
  });

  it("keeps its parameters", () => {
    expect(parseAddress("<sip:1@a>;Tag=5;expires=60;lr").parameters).toEqual({ tag: "5", expires: "60", lr: "" });
  });

  it("is refused if there is none", () => {
    expect(() => parseAddress("")).toThrow(LabPhoneError);
  });
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
