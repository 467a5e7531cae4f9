import { describe, expect, it } from "vitest";
import { suggest } from "./suggest.ts";

describe("a suggestion for a mistyped word", () => {
  it.each([
    ["amii", "ami"],
    ["adress", "address"],
    ["prot", "port"],
    ["ALLOWEDHOSTS", "allowedHosts"],
  ])("%s means %s", (word, meant) => {
    expect(suggest(word, ["id", "ami", "ari", "address", "port", "allowedHosts"])).toBe(meant);
  });

  it("is not made when nothing is near", () => {
    expect(suggest("websocket", ["id", "ami", "port"])).toBeUndefined();
  });
});
