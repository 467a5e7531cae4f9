import { describe, expect, it } from "vitest";
import { isAllowedHost, isLoopback } from "./host-check.ts";
import { PageToken, newToken } from "./page-token.ts";

describe("the Host header", () => {
  it.each([
    "localhost",
    "localhost:8000",
    "127.0.0.1:8000",
    "[::1]:8000",
    "192.168.1.5",
    "CTI.example.com:443",
    "cti.example.com.",
  ])("%s is answered", (host) => {
    expect(isAllowedHost(host, ["cti.example.com"])).toBe(true);
  });

  it.each([
    undefined,
    "",
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "a b",
    "evil.example#127.0.0.1",
    "user@127.0.0.1",
  ])("%s is not: it may be a rebound name", (host) => {
    expect(isAllowedHost(host, ["cti.example.com"])).toBe(false);
  });

  it("tells loopback from the rest", () => {
    expect(["127.0.0.1", "127.8.9.1", "::1", "localhost"].map(isLoopback)).toEqual([true, true, true, true]);
    expect(["0.0.0.0", "::", "192.168.1.1", "127.0.0.1.evil"].map(isLoopback)).toEqual([false, false, false, false]);
  });
});

describe("the page's token", () => {
  it("is exchanged for a cookie that admits", () => {
    const guard = new PageToken("secret-token");
    const cookie = guard.open("Bearer secret-token") ?? "";
    expect(cookie).toMatch(/^cordboard_live=[\w-]{32}; Path=\/live; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain("secret-token");
    expect(guard.admits(`other=1; ${cookie.split(";")[0] ?? ""}`)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "secret-token",
    "Bearer wrong",
    "Bearer secret-token2",
    "Basic secret-token",
    `Bearer ${"x".repeat(9999)}`,
  ])("%s opens nothing", (header) => {
    expect(new PageToken("secret-token").open(header)).toBeUndefined();
  });

  it("admits nobody without a session, nor after it ended", () => {
    let now = 0;
    const guard = new PageToken("t", () => now);
    const cookie = (guard.open("Bearer t") ?? "").split(";")[0] ?? "";
    expect([undefined, "", "cordboard_live=", "cordboard_live=guess"].map((each) => guard.admits(each))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    now = 13 * 60 * 60 * 1000;
    expect(guard.admits(cookie)).toBe(false);
  });

  it("never repeats when it is made up", () => {
    expect(new Set(Array.from({ length: 100 }, newToken)).size).toBe(100);
  });
});
