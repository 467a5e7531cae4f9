import { describe, expect, it } from "vitest";
import { parseAmiUrl } from "./ami-url.ts";

describe("parseAmiUrl", () => {
  it("reads an address with all there is", () => {
    expect(
      parseAmiUrl(
        "amis://ad%40min:s%3Acret@pbx.example:5099?auth=md5&events=call,system&timeout=500&servername=x&insecure=1",
      ),
    ).toEqual({
      host: "pbx.example",
      port: 5099,
      username: "ad@min",
      secret: "s:cret",
      auth: "md5",
      events: ["call", "system"],
      timeoutMs: 500,
      tls: { rejectUnauthorized: false, servername: "x" },
    });
  });

  it("knows the ports, an address in brackets, and that nothing more is needed", () => {
    expect(parseAmiUrl("ami://u:p@[::1]")).toEqual({
      host: "::1",
      port: 5038,
      username: "u",
      secret: "p",
      auth: "plain",
      events: "on",
    });
    expect(parseAmiUrl("amis://u:p@h").port).toBe(5039);
  });

  it.each([
    "nonsense",
    "http://u:hush@h",
    "ami://h",
    "ami://u:hush@h/path",
    "ami://u:hush@h?evnts=off",
    "ami://u:hush@h?auth=sha",
    "ami://u:hush@h?timeout=soon",
    "ami://u:hush@h?insecure=1",
    "ami://u:%zz@h",
  ])("refuses %s and keeps the secret to itself", (url) => {
    expect(() => parseAmiUrl(url)).toThrow(
      expect.objectContaining({ code: "AMI_BAD_OPTION", message: expect.not.stringContaining("hush") }),
    );
  });
});
