import { describe, expect, it } from "vitest";
import { amiOptions, ariOptions } from "./connection-options.ts";
import { choosePbxs, onePbx } from "./choose-pbxs.ts";

const none = (): boolean => false;

describe("the PBXs of a command line", () => {
  it("are none where nothing is configured", () => {
    expect(choosePbxs({}, {}, none)).toEqual({
      pbxs: [],
      http: { address: "127.0.0.1", allowedHosts: [] },
      secretOnCommandLine: false,
    });
  });

  it("are the addresses given, each with an id of its own, before those of the environment", () => {
    const { pbxs, secretOnCommandLine } = choosePbxs(
      { pbx: ["ami://u:s@pbx.example:5038", "ami://u:s@pbx.example:5039"] },
      { CORDBOARD_PBX: "ami://u:s@other" },
      none,
    );
    expect(pbxs.map(({ id, name }) => [id, name])).toEqual([
      ["pbx-example", "pbx.example:5038"],
      ["pbx-example-2", "pbx.example:5039"],
    ]);
    expect(secretOnCommandLine).toBe(true);
  });

  it("take their secret from the environment, whatever it holds", () => {
    const { pbxs, secretOnCommandLine } = choosePbxs({ pbx: ["ami://u@host"] }, { AMI_SECRET: "p@ss/w:rd %41" }, none);
    expect(amiOptions(onePbx(pbxs))).toMatchObject({ host: "host", username: "u", secret: "p@ss/w:rd %41" });
    expect(secretOnCommandLine).toBe(false);
    const ari = choosePbxs({ pbx: ["http://u@host:8088"] }, { ARI_SECRET: "x/y" }, none).pbxs;
    expect(ariOptions(onePbx(ari)).url).toBe("http://u:x%2Fy@host:8088/ari");
  });

  it("may be several in CORDBOARD_PBX", () => {
    expect(choosePbxs({}, { CORDBOARD_PBX: " ami://u:s@a  ami://u:s@b" }, none).pbxs.map(({ id }) => id)).toEqual([
      "a",
      "b",
    ]);
  });

  it.each(["ami://", "ami://host", "telnet://u:hunter2@host", "ami://u:hunter2@", "http://host:8088"])(
    "refuses %s without repeating a secret",
    (pbx) => {
      const choose = (): unknown => choosePbxs({ pbx: [pbx] }, { AMI_SECRET: "x" }, none);
      expect(choose).toThrow(/It looks like/);
      expect(choose).not.toThrow(/hunter2/);
    },
  );

  it("must be one where a command works on one", () => {
    expect(() => onePbx([])).toThrow(/No PBX is named/);
    expect(() => onePbx([{ id: "a" }, { id: "b" }])).toThrow("--pbx a or --pbx b");
  });

  it("get /ari only where the address lacks it", () => {
    const url = (ari: string): string => ariOptions({ id: "a", ari }).url;
    expect([url("http://u:s@h:1"), url("http://u:s@h:1/ari"), url("http://u:s@h:1/pbx/")]).toEqual([
      "http://u:s@h:1/ari",
      "http://u:s@h:1/ari",
      "http://u:s@h:1/pbx/ari",
    ]);
  });
});
