import { describe, expect, it } from "vitest";
import { encodeAction, type AmiParams } from "./encode-action.ts";
import { AmiInjectionError } from "./errors.ts";
import { redact } from "./redact.ts";

const text = (name: string, params?: AmiParams, id?: string): string =>
  Buffer.from(encodeAction(name, params, id)).toString("utf8");

describe("encodeAction", () => {
  it("writes the ActionID early, repeats arrays, leaves out undefined", () => {
    const params = { Channel: "SIP/1", Timeout: 1000, Async: true, Variable: ["a=1", "b=2"], Account: undefined };
    expect(text("Originate", params, "x-1")).toBe(
      "Action: Originate\r\nActionID: x-1\r\nChannel: SIP/1\r\nTimeout: 1000\r\nAsync: true\r\nVariable: a=1\r\nVariable: b=2\r\n\r\n",
    );
  });

  it("writes a map as variables, escaped for Asterisk's own argument splitting", () => {
    expect(text("Originate", { Variable: { A: "1,2", B: 'say "hi" (now)' } })).toContain(
      'Variable: A=1\\,2\r\nVariable: B=say \\"hi\\" \\(now\\)\r\n',
    );
  });

  it.each(["\r", "\n", "\0", "\r\nAction: Logoff"])(
    "refuses %j in a value, an item, a map, a key, an ActionID and a name",
    (evil) => {
      const attempts = [
        () => encodeAction("Ping", { A: `x${evil}` }),
        () => encodeAction("Ping", { A: ["x", evil] }),
        () => encodeAction("Ping", { Variable: { A: evil } }),
        () => encodeAction("Ping", { Variable: { [`A${evil}`]: "1" } }),
        () => encodeAction("Ping", { [`A${evil}`]: "1" }),
        () => encodeAction("Ping", {}, evil),
        () => encodeAction(`Ping${evil}`),
      ];
      for (const attempt of attempts) expect(attempt).toThrow(expect.objectContaining({ code: "AMI_INJECTION" }));
    },
  );

  it.each<AmiParams>([
    { "A: B": "1" },
    { "": "1" },
    { Action: "Logoff" },
    { actionid: "1" },
    { A: Number.NaN },
    { A: null as unknown as string },
  ])("refuses %o, which is no header", (params) => {
    expect(() => encodeAction("Ping", params)).toThrow(AmiInjectionError);
  });

  it("does not repeat a value in its error", () => {
    expect(() => encodeAction("Login", { Secret: "hush\r\n" })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hush") }),
    );
  });
});

describe("redact", () => {
  it("hides secrets and nothing else", () => {
    const login = "Action: Login\r\nUsername: admin\r\nSecret: hush\r\nKey: 0123abcd\r\n\r\n";
    expect(redact(login)).toBe("Action: Login\r\nUsername: admin\r\nSecret: ***\r\nKey: ***\r\n\r\n");
    expect(redact("Action: DBGet\r\nFamily: cidname\r\nKey: 1000\r\n\r\n")).toContain("Key: 1000");
    expect(redact("Action: X\r\nNewPassword: hush\r\nProxyKey: hush\r\n\r\n")).not.toContain("hush");
  });
});
