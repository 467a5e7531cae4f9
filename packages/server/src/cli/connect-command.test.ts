import { describe, expect, it } from "vitest";
import { connectCommand } from "./connect-command.ts";

describe("the way to one's own PBX", () => {
  it("is said in the words that started this", () => {
    expect(connectCommand({})).toBe("cordboard start --pbx ami://user:secret@host");
    expect(connectCommand({ npm_lifecycle_event: "start" })).toBe("npm start -- --pbx ami://user:secret@host");
    expect(connectCommand({ npm_lifecycle_event: "cordboard" })).toBe("npm start -- --pbx ami://user:secret@host");
  });
});
