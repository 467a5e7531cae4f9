import { expect, it } from "vitest";
import { labFolders } from "./cache.ts";

it.each([
  [{ CORDBOARD_LAB_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "/a"],
  [{ XDG_CACHE_HOME: "/b" }, "/b/cordboard-lab"],
  [{}, "/home/kai/.cache/cordboard-lab"],
])("with %j everything is kept in %s", (environment, expected) => {
  expect(labFolders(environment, "/home/kai").cache).toBe(expected);
});
