import { describe, expect, it } from "vitest";
import { parseAriDate } from "./ari-date.ts";
import { parseAriUrl } from "./ari-url.ts";
import { backoffMs } from "./backoff.ts";
import { isSince, parseVersion } from "./server-version.ts";

describe("a date of Asterisk's", () => {
  it.each([
    ["2026-11-21T07:21:24.586+0000", "2026-11-21T07:21:24.586Z"],
    ["2026-11-21T07:21:24.586+0800", "2026-11-20T23:21:24.586Z"],
    ["2016-02-28T02:39:54.725-0430", "2016-02-28T07:09:54.725Z"],
    ["2016-02-28T02:39:54-04:00", "2016-02-28T06:39:54.000Z"],
    ["2016-02-28T02:39:54Z", "2016-02-28T02:39:54.000Z"],
  ])("%s is %s", (text, iso) => {
    expect(parseAriDate(text)?.toISOString()).toBe(iso);
  });

  it.each([
    "",
    "yesterday",
    "2026-13-01T00:00:00.000+0000",
    "2026-11-21T07:21:24.586",
    "2026-11-21T07:21:24Z00",
    "2026-11-21",
  ])("%j is none", (text) => {
    expect(parseAriDate(text)).toBeUndefined();
  });
});

describe("an ARI address", () => {
  it.each([
    [
      "http://user:pass@host/",
      { host: "host", port: 8088, basePath: "/ari", username: "user", password: "pass", url: "http://host:8088/ari" },
    ],
    ["https://host", { secure: true, port: 8089, url: "https://host:8089/ari" }],
    ["http://host:80/ari/", { port: 80, basePath: "/ari" }],
    ["https://u:p@host:443/pbx/ari", { port: 443, basePath: "/pbx/ari", url: "https://host:443/pbx/ari" }],
    ["http://u:p%40%3A@[::1]:8088/ari", { host: "::1", password: "p@:", url: "http://[::1]:8088/ari" }],
    [" http://host:9000/ari\n", { port: 9000, url: "http://host:9000/ari" }],
    ["ari://u:p@host", { secure: false, port: 8088 }],
    ["aris://u:p@host", { secure: true, port: 8089 }],
  ])("%s", (text, expected) => {
    expect(parseAriUrl(text)).toMatchObject(expected);
  });

  it("whose password ends the host is refused, not shown as a path", () => {
    const badly = (): unknown => parseAriUrl("http://user:123/secret@host/ari");
    expect(badly).toThrow(expect.objectContaining({ code: "ARI_BAD_OPTION" }));
    expect(badly).not.toThrow("secret");
  });

  it("with broken percent-encoding is refused without being repeated", () => {
    expect(() => parseAriUrl("http://u:secret%zz@host")).toThrow(expect.objectContaining({ code: "ARI_BAD_OPTION" }));
    expect(() => parseAriUrl("http://u:secret%zz@host")).not.toThrow("secret");
  });
});

describe("a release", () => {
  it.each([
    ["16.28.0", ["20.20.0", "22.10.0", "23.4.0"], false],
    ["20.19.9", ["20.20.0", "22.10.0", "23.4.0"], false],
    ["20.20.0", ["20.20.0", "22.10.0", "23.4.0"], true],
    ["21.12.3", ["20.20.0", "22.10.0", "23.4.0"], false],
    ["22.10.1", ["20.20.0", "22.10.0", "23.4.0"], true],
    ["23.0.0", ["20.20.0", "22.10.0", "23.4.0"], false],
    ["24.0.0", ["20.20.0", "22.10.0", "23.4.0"], true],
    ["19.8.0", ["18.20.0", "20.5.0"], false],
    ["21.0.0", ["18.20.0", "20.5.0"], true],
    ["16.0.0", ["12.0.0"], true],
    ["16.3.0", ["13.26.0", "16.3.0"], true],
    ["15.0.0", ["13.26.0", "16.3.0"], false],
    ["18.0.0", [], true],
  ])("%s has what came with %j: %s", (version, since, has) => {
    expect(isSince(parseVersion(version) ?? [0, 0, 0], since)).toBe(has);
  });

  it("is read from a Server header, if it is one", () => {
    expect(parseVersion("Asterisk/22.10.1~dfsg+~cs6.16")).toEqual([22, 10, 1]);
    expect(parseVersion("Asterisk/GIT-master-abc")).toBeUndefined();
    expect(parseVersion("nginx/1.2.3")).toBeUndefined();
  });
});

describe("back-off", () => {
  it("doubles up to its limit, and half of it is chance", () => {
    const bounds = { minMs: 200, maxMs: 10_000 };
    expect([1, 2, 3, 7, 10_000].map((attempt) => backoffMs(attempt, bounds, () => 0))).toEqual([
      100, 200, 400, 5_000, 5_000,
    ]);
    expect([1, 2, 3, 7, 10_000].map((attempt) => backoffMs(attempt, bounds, () => 1))).toEqual([
      200, 400, 800, 10_000, 10_000,
    ]);
  });
});
