import { parseConf } from "@cordboard/asterisk-files";
import { describe, expect, it } from "vitest";
import type { LabProfile } from "../instance-state.ts";
import { labVersions, type LabVersion } from "../versions.ts";
import { configuration } from "./configuration.ts";
import { people } from "./lab-numbers.ts";

const user = (name: string): { user: string; secret: string } => ({ user: name, secret: `secret-of-${name}` });

function files(
  version: LabVersion,
  profile: LabProfile = "plain",
  featureCodes = true,
): Readonly<Record<string, string>> {
  return configuration({
    name: "test",
    version,
    profile,
    featureCodes,
    ports: { ami: 1, amiTls: 2, http: 3, https: 4, sip: 5, chanSip: 6, load: 7, rtpStart: 10, rtpEnd: 20 },
    users: {
      amiView: user("view"),
      amiCall: user("call"),
      amiFull: user("full"),
      amiAdmin: user("admin"),
      ari: user("ari"),
      ariView: user("reader"),
    },
  });
}

function sectionsOf(text: string): string[] {
  return [...text.matchAll(/^\[([^\]]+)\]/gmu)].map(([, name]) => name ?? "");
}

describe.each([...labVersions])("the configuration for Asterisk %i", (version) => {
  it("listens on the loopback only, with the ports it was given", () => {
    const all = files(version);
    expect(all["manager.conf"]).toContain("bindaddr=127.0.0.1\nport=1\n");
    expect(all["http.conf"]).toContain("bindaddr=127.0.0.1\nbindport=3\n");
    expect(all["pjsip.conf"]).toContain("bind=127.0.0.1:5\n");
    for (const text of Object.values(all)) expect(text).not.toMatch(/0\.0\.0\.0:|bindaddr=0\.0\.0\.0/u);
  });

  it("sends every Goto, Local channel, include, Gosub and Macro to a context that exists", () => {
    const dialplan = files(version)["extensions.conf"] ?? "";
    const contexts = new Set([...sectionsOf(dialplan), "parkedcalls"]);
    const targets = [
      ...[...dialplan.matchAll(/Local\/[^@\s]+@([\w-]+)/gu)].map(([, name]) => name),
      ...[...dialplan.matchAll(/^include => (.+)$/gmu)].map(([, name]) => name),
      ...[...dialplan.matchAll(/Gosub\(([\w-]+),/gu)].map(([, name]) => name),
      ...[...dialplan.matchAll(/Macro\(([\w-]+)/gu)].map(([, name]) => `macro-${name}`),
      ...[...dialplan.matchAll(/Goto\(([\w-]+),[^,)]+,\d+\)/gu)].map(([, name]) => name),
    ];
    expect(targets.length).toBeGreaterThan(20);
    expect(targets.filter((name) => !contexts.has(name ?? ""))).toEqual([]);
  });

  it("consists of files that Asterisk reads without a warning", () => {
    for (const [file, text] of Object.entries(files(version))) expect(parseConf(text, { file }).problems).toEqual([]);
  });

  it("gives every context once, and every person a phone, a hint and a mailbox", () => {
    const all = files(version);
    const contexts = sectionsOf(all["extensions.conf"] ?? "");
    expect(new Set(contexts).size).toBe(contexts.length);
    for (const { number } of people) {
      expect(all["pjsip.conf"]).toContain(`[${number}]\ntype=endpoint`);
      expect(all["extensions.conf"]).toContain(`exten => ${number},hint,PJSIP/${number},CustomPresence:${number}`);
      expect(all["voicemail.conf"]).toContain(`${number}=1234,`);
    }
  });

  it("gives the users of AMI no more classes than they need", () => {
    const manager = files(version)["manager.conf"] ?? "";
    const writeOf = (name: string): string[] =>
      new RegExp(`\\[${name}\\][^[]*?^write=(.*)$`, "mu").exec(manager)?.[1]?.split(",") ?? [];
    expect(writeOf("view")).toEqual(["reporting"]);
    expect(writeOf("call")).not.toContain("system");
    expect(writeOf("full")).toContain("system");
    expect(writeOf("full")).not.toContain("command");
    expect(writeOf("admin")).toEqual(["all"]);
  });

  it("has feature codes or, as Asterisk comes, none", () => {
    expect(files(version)["features.conf"]).toContain("atxfer=*2");
    expect(files(version, "plain", false)["features.conf"]).not.toContain("atxfer=");
  });

  it("lets the phones dial in the context of their profile", () => {
    const phone = (context: string): string => `[1000]\ntype=endpoint\ncontext=${context}\n`;
    expect(files(version)["pjsip.conf"]).toContain(phone("internal"));
    expect(files(version, "freepbx")["pjsip.conf"]).toContain(phone("from-internal"));
  });
});

it("Asterisk 16 has chan_sip and macros, Asterisk 22 has neither", () => {
  expect(files(16)["sip.conf"]).toContain("[102]");
  expect(files(16)["extensions.conf"]).toContain("Macro(exten-vm,");
  expect(files(22)["sip.conf"]).toBeUndefined();
  expect(files(22)["extensions.conf"]).not.toContain("Macro(");
});
