import { describe, expect, it } from "vitest";
import type { Facts } from "./facts.ts";
import { fixtureFacts, newerDocs, olderDocs } from "./fixture-docs.ts";
import { generate } from "./generate.ts";

const documentation = [
  { major: 16, xml: olderDocs },
  { major: 22, xml: newerDocs },
];
const files = generate(documentation, fixtureFacts);

/** The text of a generated file from the line with `from` on. */
function generatedFrom(name: string, from: string): string {
  const text = files.get(name) ?? "";
  return text.slice(text.indexOf(from));
}

describe("the generator of AMI types", () => {
  it("writes the parameters of every action, newest documentation first", () => {
    expect(generatedFrom("actions.ts", "export interface AmiActions")).toBe(`export interface AmiActions {
  /** chan_tower · write agent */
  Chime: {
    ActionID?: string | undefined;
    Hour: AmiText;
    Quarter?: AmiText | undefined;
  };
  /** core · any login · documented since 0.2.0 */
  Login: {
    ActionID?: string | undefined;
    Username: AmiText;
  };
  /** app_ring · write call|system · documented since 20.1.0, 22.0.0 */
  Ring: {
    ActionID?: string | undefined;
    Channel: AmiText;
    Tone: "low" | "high & shrill" | (string & {});
    Volume?: AmiText | undefined;
    Quiet?: AmiFlag | undefined;
    [header: \`Line-\${string}\`]: AmiText | readonly string[] | undefined;
    Decade?: AmiText | undefined;
  };
  /** app_ring · write reporting */
  RingList: {
    ActionID?: string | undefined;
  };
  /** chan_morse · write call */
  Telegraph: {
    ActionID?: string | undefined;
    Words: AmiText;
  };
}
`);
  });

  it("writes the headers of every event under its name on the wire", () => {
    expect(generatedFrom("events.ts", "export interface ChannelSnapshot")).toBe(`export interface ChannelSnapshot {
  Channel: string;
  Uniqueid: string;
  Tenantid?: string;
}

/** A bridge's headers. */
export interface BridgeSnapshot {
  BridgeUniqueid: string;
}

/** Headers of every event of Asterisk 16 to 23 and of DPMA, by the event's name on the wire. */
export interface AmiEvents {
  /** chan_tower · read agent */
  Chimed: AmiEventCommon & {
    Hour: string;
    Quarter?: string;
  };
  /** app_ring · read call · documented since 20.1.0 */
  RingBegin: AmiEventCommon & ChannelSnapshot & Partial<Prefixed<"Dest", ChannelSnapshot>> & Partial<Prefixed<"Orig", BridgeSnapshot>> & {
    Tone: "low" | "high" | "dull" | (string & {});
    "Cause-txt"?: string;
    [header: \`Report\${number}Loss\`]: string;
    Extra?: string;
  };
  /** app_ring · read call */
  RingEnd: AmiEventCommon & {
    Tone?: "low" | "high" | (string & {});
    "Cause-txt"?: string;
    [header: \`Report\${number}Loss\`]: string;
    Duration?: string;
  };
  /** reply only */
  RingListComplete: AmiEventCommon & {
    EventList: string;
    ListItems: string;
  };
}
`);
  });

  it("writes how lists are framed, what classes are needed and which releases have what", () => {
    expect(generatedFrom("lists.ts", "  RingList: {")).toBe(
      `  RingList: { items: ["RingBegin"], complete: "RingListComplete", eventList: true, empty: "error", emptyMessages: ["Nothing rings."], sometimes: false, errorAfterStart: false },\n};\n`,
    );
    expect(generatedFrom("privileges.ts", "  Chimed:")).toBe(
      `  Chimed: ["agent"],\n  RingBegin: ["call"],\n  RingEnd: ["call"],\n  RingListComplete: [],\n};\n`,
    );
    expect(generatedFrom("versions.ts", "  Ring: all")).toContain(`  Telegraph: { 16: "16.0.0", 17: "17.0.0" },\n`);
    expect(generatedFrom("versions.ts", "export const asteriskOfAmi")).toContain("{\n  5: 16,\n  11: 22,\n};");
  });

  it("copies no sentence of the documentation", () => {
    for (const text of files.values()) expect(text).not.toMatch(/Told elsewhere|Zero to ten|Unrelated/);
  });

  it("gives the same bytes whatever the order of the files", () => {
    expect(generate(documentation.toReversed(), fixtureFacts)).toEqual(files);
  });
});

describe("the generator refuses, with the fact to look at,", () => {
  const withFacts = (facts: Partial<Facts>) => () => generate(documentation, { ...fixtureFacts, ...facts });
  const withNewer = (xml: string) => () => generate([{ major: 22, xml }], fixtureFacts);

  it("an action whose write classes nobody noted", () => {
    expect(withFacts({ writeClasses: {} })).toThrow("writeClasses lacks the action Login");
  });

  it("an action documented in a release that is said not to have it", () => {
    const versions = {
      ...fixtureFacts.versions,
      actions: { ...fixtureFacts.versions.actions, Telegraph: { "17": "17.0.0" } },
    };
    expect(withFacts({ versions })).toThrow("Asterisk 16 documents the action Telegraph");
  });

  it("an action that disappeared from a release", () => {
    expect(withFacts({ versions: { actions: {}, events: {} } })).toThrow("does not document the action RingList");
  });

  it("an event that the newest release no longer documents", () => {
    const xml = newerDocs.replaceAll("RingEND", "RingOver");
    const older = { major: 16, xml: olderDocs.replace('name="RingBegin"', 'name="RingEND"') };
    expect(() => generate([older, { major: 22, xml }], fixtureFacts)).toThrow("no longer documents the event RingEnd");
  });

  it("a list whose events nothing describes, and a documented list without framing", () => {
    const RingList = { items: ["Nobody"], complete: "RingListComplete", empty: "list" } as const;
    expect(withFacts({ lists: { RingList } })).toThrow("names the event Nobody");
    expect(withFacts({ lists: {} })).toThrow("lists lacks RingList");
  });

  it("a cross reference that leads nowhere, in a circle, or has an unknown form", () => {
    expect(withNewer(newerDocs.replace("[@name='ActionID']", "[@name='Nothing']"))).toThrow("leads nowhere");
    expect(withNewer(newerDocs.replace("[@name='ActionID']", "[position()=1]"))).toThrow("not understood");
    expect(withNewer(newerDocs.replace("manager[@name='Login']/syntax", "manager[@name='Ring']/syntax"))).toThrow(
      "nested deeper",
    );
  });

  it("a file that is something else", () => {
    expect(withNewer("<html></html>")).toThrow("has no <docs>");
  });
});
