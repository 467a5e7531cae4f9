import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { loadConf } from "./load-conf.ts";
import { memoryFiles } from "./testing/memory-files.ts";
import { nodeFileReader } from "./node-file-reader.ts";
import { readPhoneApplications } from "./phone-applications.ts";

const example = join(import.meta.dirname, "../../../examples/jason-fancy-app");

const read = async (text: string) => readPhoneApplications(await loadConf("/a.conf", memoryFiles({ "/a.conf": text })));

describe("readPhoneApplications", () => {
  it("reads the application of the vendor's page from the file to its settings", async () => {
    const conf = await loadConf(join(example, "res_digium_phone.conf"), nodeFileReader());
    expect(readPhoneApplications(conf)).toEqual({
      applications: [
        {
          section: "Jason-Fancy-App",
          name: "jasonapp",
          filename: "jasonsillyapp.zip",
          autostart: true,
          md5sum: undefined,
          settings: { user: "1234", permission: "lots", string: "hello world" },
          at: { file: join(example, "res_digium_phone.conf"), line: 24 },
        },
      ],
      problems: [],
    });
  });

  it("is shown by the example, which prints name, file and settings", async () => {
    const args = ["--conditions=@cordboard/source", join(example, "main.ts")];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toContain(
      '"settings": {\n    "user": "1234",\n    "permission": "lots",\n    "string": "hello world"\n',
    );
  });

  it("takes over settings of a template, and leaves the template and other kinds out", async () => {
    const { applications } = await read(`[conf](!)
type=application
application=custom
name=confapp
filename=confapp.zip
cid=600
[conf-alan](conf)
cid=601
[queue]
type=application
application=queue
queue=sales
`);
    expect(applications).toMatchObject([{ section: "conf-alan", autostart: false, settings: { cid: "601" } }]);
  });

  it("tells of an application without a name or a file, with its line", async () => {
    const { applications, problems } = await read(
      "[a]\ntype=application\napplication=custom\nname=a\n[b]\ntype=application\napplication=Custom\nfilename=b.zip",
    );
    expect(applications).toEqual([]);
    expect(problems.map(({ code, at }) => [code, at.line])).toEqual([
      ["PHONE_APP_INCOMPLETE", 1],
      ["PHONE_APP_INCOMPLETE", 5],
    ]);
  });

  it("hands on a setting called __proto__ as any other", async () => {
    const { applications } = await read(
      "[a]\ntype=application\napplication=custom\nname=a\nfilename=a.zip\n__proto__=polluted",
    );
    expect(Object.keys(applications[0]?.settings ?? {})).toEqual(["__proto__"]);
    expect(JSON.stringify(applications[0]?.settings)).toBe('{"__proto__":"polluted"}');
    expect(Object.prototype).not.toHaveProperty("polluted");
  });
});
