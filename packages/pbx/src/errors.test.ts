import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PbxCaptureError, PbxError, pbxErrorCodes, PbxLinkError } from "./errors.ts";

const page = readFileSync(new URL("../../../docs/reference/errors-pbx.md", import.meta.url), "utf8");
const sources = ["pbx-options.ts"].map((file) => readFileSync(new URL(file, import.meta.url), "utf8")).join("");

describe("errors of this package", () => {
  it("are on the reference page, each once, in order, and no others", () => {
    const [errors = ""] = page.split("## Notices");
    expect([...errors.matchAll(/^\| `(PBX_[A-Z_]+)`/gm)].map(([, code]) => code)).toEqual([...pbxErrorCodes]);
  });

  it("have their notices beside them", () => {
    const [, notices = ""] = page.split("## Notices");
    const [, type = ""] = /type PbxNoticeCode =([^;]*);/.exec(sources) ?? [];
    expect([...notices.matchAll(/^\| `(PBX_[A-Z_]+)`/gm)].map(([, code]) => code)).toEqual(
      [...type.matchAll(/"(PBX_[A-Z_]+)"/g)].map(([, code]) => code),
    );
  });

  it("are told apart by class and code", () => {
    const cause = new Error("disk");
    const error: unknown = new PbxCaptureError("PBX_CAPTURE_WRITE", "It failed.", { cause });
    expect(error).toBeInstanceOf(PbxError);
    expect(error).toBeInstanceOf(PbxCaptureError);
    expect(error).not.toBeInstanceOf(PbxLinkError);
    expect(error).toMatchObject({ name: "PbxCaptureError", code: "PBX_CAPTURE_WRITE", cause });
    expect(new Error("other")).not.toBeInstanceOf(PbxError);
  });
});
