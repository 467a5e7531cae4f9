import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AriEventMap } from "../src/generated/events.ts";
import { OPERATIONS } from "../src/generated/operations.ts";
import { readResource, resourceNames } from "./description.ts";
import { generateFiles } from "./generate-files.ts";

const files = generateFiles(join(import.meta.dirname, "fixture"));
const file = (name: string): string => files[name] ?? "";

describe("the generator", () => {
  it("writes the same text each time", () => {
    expect(generateFiles(join(import.meta.dirname, "fixture"))).toEqual(files);
  });

  it("writes names and types, and no sentences", () => {
    const all = Object.values(files).join("\n");
    for (const sentence of ["wet none", "stray", "a typing error", '"dry", reason'])
      expect(all).not.toContain(sentence);
  });

  it("leaves received enums open, keeps what may be absent optional, and names dates", () => {
    expect(file("models.ts")).toContain(
      `export interface Thing {
  readonly id: string;
  readonly state: OpenEnum<"wet" | "dry">;
  readonly made: AriDate;
  readonly weight?: number;
  readonly parts?: readonly Thing[];
  readonly notes?: readonly Readonly<Record<string, unknown>>[];
  readonly more?: Readonly<Record<string, unknown>>;
}`,
    );
    expect(file("models.ts")).toContain("export interface Nothing {\n}");
    expect(file("models.ts")).toContain("export interface Event extends Message {");
    expect(file("models.ts")).not.toContain("ThingMade");
  });

  it("tells events apart by their type, sorted by name", () => {
    expect(file("events.ts")).toContain(`export interface ThingPainted extends Event {
  readonly type: "ThingPainted";
  readonly thing: Thing;
  readonly by?: string;
}`);
    expect(file("events.ts")).toContain(`export interface AriEventMap {
  MissingParams: MissingParams;
  ThingMade: ThingMade;
  ThingPainted: ThingPainted;
}`);
  });

  it("closes sent enums, requires path parameters, and takes several values as one or an array", () => {
    expect(file("operations.ts")).toContain(`export interface ThingsPaintParams {
  readonly thingId: string;
  readonly colour: "red" | "blue" | readonly ("red" | "blue")[];
  /** Default 2. */
  readonly coats?: number;
  readonly extras?: Readonly<Record<string, unknown>>;
}`);
    expect(file("operations.ts")).toContain("list(options?: AriCallOptions): Promise<readonly Thing[]>;");
    expect(file("operations.ts")).toContain(
      "picture(params: ThingsPictureParams, options?: AriCallOptions): Promise<AriDownload>;",
    );
  });

  it("takes error codes that are strings for numbers, each once", () => {
    expect(file("operations.ts")).toContain("`POST /things/{thingId}`, since 16.3.0, 17.0.0. Refusals: 404, 409.");
  });

  it("makes no method of the WebSocket upgrade", () => {
    expect(file("operations.ts")).not.toContain("eventWebsocket");
  });

  it.each([
    [{ apis: [{ path: "/x", operations: [{ nickname: "a", httpMethod: "PATCH", responseClass: "void" }] }] }, "PATCH"],
    [
      {
        apis: [
          {
            path: "/x",
            operations: [
              {
                nickname: "a",
                httpMethod: "GET",
                responseClass: "void",
                parameters: [{ name: "p", paramType: "header", dataType: "string" }],
              },
            ],
          },
        ],
      },
      "header",
    ],
    [{ apis: [{ path: "/x", operations: [{ httpMethod: "GET" }] }] }, "expected a string"],
    [{ models: { A: { properties: { b: {} } } } }, "A.b"],
  ])("stops at what it does not know: %#", (description, message) => {
    expect(() => readResource("x", description)).toThrow(message);
  });

  it("stops at an unknown path in resources.json", () => {
    expect(() => resourceNames({ apis: [{ path: "/elsewhere" }] })).toThrow("/elsewhere");
  });
});

describe("what was generated from Asterisk 22", () => {
  const operations = Object.values(OPERATIONS).flatMap((resource) => Object.values(resource));

  it("has all 108 plain operations of eleven resources", () => {
    expect(Object.keys(OPERATIONS)).toHaveLength(11);
    expect(operations).toHaveLength(108);
  });

  it("knows where the code is wider than the description, and when claimChannel really came", () => {
    expect(OPERATIONS.events["claimChannel"]?.since).toEqual(["20.20.0", "22.10.0", "23.4.0"]);
    expect(OPERATIONS.applications["filter"]).toMatchObject({ body: "filter", rawBody: true });
    const types: readonly (keyof AriEventMap)[] = [
      "RESTResponse",
      "CallBroadcast",
      "CallClaimed",
      "ChannelTransfer",
      "ChannelToneDetected",
    ];
    expect(new Set(types).size).toBe(5);
  });

  it("gives each operation a release that it came with", () => {
    for (const { since } of operations) expect(since.join()).toMatch(/^\d+\.\d+\.\d+(,\d+\.\d+\.\d+)*$/);
  });
});
