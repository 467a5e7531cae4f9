import { AmiClosedError, AmiTimeoutError } from "@cordboard/ami";
import { PbxPresenceError } from "@cordboard/pbx";
import { afterEach, describe, expect, it } from "vitest";
import { AuditLog } from "../audit/audit-log.ts";
import { openDatabase } from "../storage/open-database.ts";
import { PresenceService } from "./service.ts";
import type { PresencePbx } from "./service.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(pbx: PresencePbx | undefined): Promise<{ service: PresenceService; audit: AuditLog }> {
  const database = await openDatabase(":memory:");
  closers.push(() => database.destroy());
  const audit = new AuditLog(database);
  return { audit, service: new PresenceService(() => pbx, audit) };
}

const target = { pbx: "hq", who: "1111", extension: "1111" };

describe("setting presence", () => {
  it("replies with what the PBX shows, and keeps a record without the text", async () => {
    const shown = { presentity: "CustomPresence:1111", state: "away", subtype: "", message: "In the batcave" } as const;
    const { service, audit } = await start({ state: "live", setPresence: () => Promise.resolve(shown) });
    expect(await service.set("t1", target, { state: "away", message: "In the batcave" })).toEqual({
      pbx: "hq",
      extension: "1111",
      ...shown,
    });
    const [record] = await audit.read(1);
    expect(record).toMatchObject({
      actor: "t1",
      action: "presence.set",
      target: "hq/1111",
      result: "ok",
      detail: { fields: ["state", "message"], state: "away" },
    });
    expect(JSON.stringify(record)).not.toContain("batcave");
  });

  it.each([
    ["PBX_UNAVAILABLE", { state: "waiting", error: new Error("not asked") }],
    ["BAD_REQUEST", { state: "live", error: new PbxPresenceError("PBX_PRESENCE_VALUE", "too long") }],
    ["PBX_REFUSED", { state: "live", error: new PbxPresenceError("PBX_PRESENCE_DENIED", "a right is missing") }],
    ["TIMED_OUT", { state: "live", error: new AmiTimeoutError("AMI_TIMEOUT", "late") }],
    ["PBX_UNAVAILABLE", { state: "live", error: new AmiClosedError("AMI_CLOSED", "gone") }],
  ])("fails with %s, and keeps a record of that", async (code, { state, error }) => {
    const { service, audit } = await start({ state, setPresence: () => Promise.reject(error) });
    await expect(service.set("t1", target, { state: "dnd" })).rejects.toMatchObject({ code });
    expect((await audit.read(1))[0]).toMatchObject({ result: code });
  });
});
