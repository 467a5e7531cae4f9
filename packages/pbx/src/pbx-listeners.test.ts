import { expect, it, onTestFinished } from "vitest";
import { Pbx } from "./pbx.ts";
import { channelLines, eventText, pbxWith, scripted } from "./testing/scripted-pbx.ts";
import type { ScriptedAmi } from "./testing/scripted-ami.ts";

async function livePbx(): Promise<{ pbx: Pbx; ami: ScriptedAmi }> {
  const ami = await scripted(pbxWith(() => []));
  const pbx = new Pbx({
    id: "office",
    ami: { host: "127.0.0.1", port: ami.port, username: "u", secret: "s", ping: false },
    checkEveryMs: 0,
  });
  onTestFinished(() => pbx.close());
  await pbx.start();
  return { pbx, ami };
}

const calls = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) =>
    eventText("Newchannel", channelLines(`${from + index}`, "Ring")),
  ).join("");

it("a listener that throws or rejects harms nobody, and is a notice", async () => {
  const { pbx, ami } = await livePbx();
  const codes: string[] = [];
  const heard: string[] = [];
  pbx.on("notice", (notice) => codes.push(notice.code));
  pbx.on("change", () => {
    throw new Error("mine");
  });
  pbx.on("change", async () => {
    await Promise.reject(new Error("mine too"));
  });
  pbx.on("change", ({ change }) => heard.push(change.type));
  ami.send(calls(1, 2));
  await pbx.client.action("Ping");
  expect(heard).toEqual(["originated"]);
  expect(codes).toEqual(["PBX_LISTENER_FAILED", "PBX_LISTENER_FAILED"]);
});

it("a change that a listener causes comes after the one it hears, for everybody", async () => {
  const { pbx, ami } = await livePbx();
  pbx.on("change", ({ change }) => {
    if (change.type === "originated") pbx.setUserData(change.call.id, { seen: "yes" });
  });
  const heard: string[] = [];
  pbx.on("change", ({ change }) => heard.push(change.type));
  const stream = pbx.events();
  ami.send(calls(1, 2) + eventText("Hangup", channelLines("1")));
  const streamed: string[] = [];
  for await (const { change } of stream) {
    streamed.push(change.type);
    if (change.type === "call-cleared") break;
  }
  expect(heard.slice(0, 2)).toEqual(["originated", "updated"]);
  expect(streamed).toEqual(heard);
});

it("a consumer that is too slow is cut off alone; the others and the PBX notice nothing", async () => {
  const { pbx, ami } = await livePbx();
  const slow = pbx.events({ maxBuffered: 10 });
  const quick = pbx.events({ types: ["originated"] });
  ami.send(calls(1, 100));
  await pbx.client.action("Ping");
  const ids: (string | undefined)[] = [];
  for await (const { change } of quick) {
    if ("connection" in change) ids.push(change.connection?.id);
    if (ids.length === 99) break;
  }
  expect(ids).toEqual(Array.from({ length: 99 }, (_, index) => `${index + 1}`));
  await expect(slow.next()).rejects.toMatchObject({ code: "PBX_CONSUMER_TOO_SLOW" });
  expect(pbx.health).toMatchObject({ consumers: 0, slowConsumers: 1, changes: 99, logins: 1, snapshots: 1 });
  expect(pbx.state).toBe("live");
});

it("streams end when the PBX is closed, and one that begins then is over at once", async () => {
  const { pbx } = await livePbx();
  const waiting = pbx.events().next();
  await pbx.close();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(await pbx.events().next()).toEqual({ done: true, value: undefined });
  expect(pbx.health.consumers).toBe(0);
});
