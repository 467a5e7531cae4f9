import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { amiOptions, ariOptions } from "./connection-options.ts";
import { choosePbxs, joinAddresses, onePbx } from "./choose-pbxs.ts";

const none = (): boolean => false;

describe("the PBXs of a command line", () => {
  it("are none where nothing is configured", () => {
    expect(choosePbxs({}, {}, none)).toMatchObject({
      pbxs: [],
      server: { http: { address: "127.0.0.1", allowedHosts: [] } },
      exposedSecrets: [],
    });
  });

  it("keep their data beside the configuration, or in the folder for what a user's programs remember", () => {
    const folder = mkdtempSync(join(tmpdir(), "cordboard-choose-"));
    try {
      const config = join(folder, "cordboard.yaml");
      const pbx = "pbxs:\n  - id: hq\n    ami: ami://u:s@elsewhere\n";
      writeFileSync(config, pbx);
      expect(choosePbxs({ config }, {}).storageFolder).toBe(join(folder, "cordboard-data"));
      writeFileSync(config, `${pbx}storage:\n  folder: /var/lib/cordboard\n`);
      expect(choosePbxs({ config }, {}).storageFolder).toBe("/var/lib/cordboard");
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(choosePbxs({}, { HOME: "/home/kai" }, none).storageFolder).toBe("/home/kai/.local/state/cordboard");
    expect(choosePbxs({}, { XDG_STATE_HOME: "/state" }, none).storageFolder).toBe("/state/cordboard");
    expect(choosePbxs({}, { HOME: "/h", XDG_STATE_HOME: "no" }, none).storageFolder).toBe("/h/.local/state/cordboard");
  });

  it("are the addresses given, each with an id of its own, before those of the environment", () => {
    const { pbxs, exposedSecrets } = choosePbxs(
      { pbx: ["ami://u:s@pbx.example:5038", "ami://u:s@pbx.example:5039"] },
      { CORDBOARD_PBX: "ami://u:s@other" },
      none,
    );
    expect(pbxs.map(({ id, name }) => [id, name])).toEqual([
      ["pbx-example", "pbx.example:5038"],
      ["pbx-example-2", "pbx.example:5039"],
    ]);
    expect(exposedSecrets).toEqual(["AMI_SECRET"]);
  });

  it("take their secret from the environment, whatever it holds", () => {
    const { pbxs, exposedSecrets } = choosePbxs({ pbx: ["ami://u@host"] }, { AMI_SECRET: "p@ss/w:rd %41" }, none);
    expect(amiOptions(onePbx(pbxs))).toMatchObject({ host: "host", username: "u", secret: "p@ss/w:rd %41" });
    expect(exposedSecrets).toEqual([]);
    const ari = choosePbxs({ pbx: ["http://u@host:8088"] }, { ARI_SECRET: "x/y" }, none).pbxs;
    expect(ariOptions(onePbx(ari)).url).toBe("http://u:x%2Fy@host:8088/ari");
  });

  it("never share an id, whether it comes from an address or from the configuration", () => {
    const folder = mkdtempSync(join(tmpdir(), "cordboard-choose-"));
    try {
      const config = join(folder, "cordboard.yaml");
      writeFileSync(config, "pbxs:\n  - id: hq\n    ami: ami://u:s@elsewhere\n");
      const { pbxs } = choosePbxs({ pbx: ["ami://u:s@HQ", "hq"], config }, {});
      expect(pbxs.map(({ id }) => id)).toEqual(["hq-2", "hq"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
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
    expect(() => onePbx([{ id: "a" }, { id: "b" }])).toThrow("a, b. Say which");
    const { pbxs } = choosePbxs({ pbx: ["ami://u:hunter2@h", "ami://u:hunter2@h:1"] }, {}, none);
    expect(() => onePbx(pbxs)).toThrow("h (h), h-2 (h:1). Say which");
  });

  it("name the variable for each secret that stood on the command line", () => {
    const exposed = (...pbx: string[]): readonly string[] =>
      choosePbxs({ pbx }, { AMI_SECRET: "x" }, none).exposedSecrets;
    expect(exposed("http://a:b@127.0.0.1:8088")).toEqual(["ARI_SECRET"]);
    expect(exposed("ami://a:b@h", "https://a:b@h", "amis://a:b@i")).toEqual(["AMI_SECRET", "ARI_SECRET"]);
    expect(exposed("ami://a@h")).toEqual([]);
  });

  it("are one where a command needs AMI and ARI and is given an address of each", () => {
    const { pbxs } = choosePbxs({ pbx: ["ami://u:s@h", "http://u:s@h:8088"] }, {}, none);
    const pbx = onePbx(joinAddresses(pbxs));
    expect([amiOptions(pbx).host, ariOptions(pbx).url]).toEqual(["h", "http://u:s@h:8088/ari"]);
    const three = choosePbxs({ pbx: ["ami://u:s@h", "ami://u:s@i", "http://u:s@h:8088"] }, {}, none).pbxs;
    expect(joinAddresses(three)).toBe(three);
    const twoAmi = three.slice(0, 2);
    expect(joinAddresses(twoAmi)).toBe(twoAmi);
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
