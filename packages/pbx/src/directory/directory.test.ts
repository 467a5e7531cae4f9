import { expect, it, onTestFinished, vi } from "vitest";
import type { ReceivedAction } from "../replay/action-reader.ts";
import { failure, listReply, success } from "../replay/ami-replies.ts";
import type { HeaderLine } from "../replay/channel-lines.ts";
import { Pbx } from "../pbx.ts";
import type { PbxOptions } from "../pbx-options.ts";
import { channelLines, eventText, pbxWith, scripted } from "../testing/scripted-pbx.ts";
import type { DirectoryChange } from "./extension.ts";

/** What a PBX has; tests change it. */
interface Configuration {
  hints: (readonly [exten: string, hint: string])[];
  endpoints: string[];
  mailboxes: string[];
  denied: string[];
}

function answerOf(has: Configuration): (action: ReceivedAction) => string {
  const plain = pbxWith(() => []);
  const items = (name: string, lists: readonly (readonly HeaderLine[])[]) =>
    lists.map((lines): HeaderLine[] => [["Event", name], ...lines]);
  return (action) => {
    const name = action.get("Action");
    if (has.denied.includes(name)) return failure(action, "Permission denied");
    switch (name) {
      case "ExtensionStateList":
        return listReply(
          action,
          "Extension Statuses will follow",
          "ExtensionStateListComplete",
          items(
            "ExtensionStatus",
            has.hints.map(([exten, hint]): HeaderLine[] => [
              ["Exten", exten],
              ["Context", "phones"],
              ["Hint", hint],
              ["Status", 0],
              ["StatusText", "Idle"],
            ]),
          ),
        );
      case "PJSIPShowEndpoints":
        return listReply(
          action,
          "Endpoints",
          "EndpointListComplete",
          items(
            "EndpointList",
            has.endpoints.map((endpoint): HeaderLine[] => [
              ["ObjectName", endpoint],
              ["OutboundAuths", endpoint.startsWith("trunk") ? "auth" : ""],
            ]),
          ),
        );
      case "PJSIPShowEndpoint": {
        const endpoint = action.get("Endpoint");
        return listReply(action, "Following", "EndpointDetailComplete", [
          [
            ["Event", "EndpointDetail"],
            ["ObjectName", endpoint],
            ["Callerid", `"Name ${endpoint}" <${endpoint}>`],
            ["Mailboxes", `${endpoint}@default`],
          ],
        ]);
      }
      case "VoicemailUsersList":
        return listReply(
          action,
          "Voicemail user list will follow",
          "VoicemailUserEntryComplete",
          items(
            "VoicemailUserEntry",
            has.mailboxes.map((box): HeaderLine[] => [
              ["VMContext", "default"],
              ["VoiceMailbox", box],
              ["Fullname", `Full ${box}`],
              ["NewMessageCount", 2],
              ["OldMessageCount", 1],
            ]),
          ),
        );
      case "MailboxCount":
        return success(action, [
          ["UrgMessages", 1],
          ["NewMessages", 2],
          ["OldMessages", 3],
        ]);
      default:
        return plain(action);
    }
  };
}

async function pbxWithPeople(has: Configuration, options: Partial<PbxOptions> = {}) {
  const ami = await scripted(answerOf(has));
  const pbx = new Pbx({
    id: "office",
    ami: { host: "127.0.0.1", port: ami.port, username: "u", secret: "s", ping: false },
    checkEveryMs: 0,
    ...options,
  });
  onTestFinished(() => pbx.close());
  const told: DirectoryChange[] = [];
  pbx.on("directory", (change) => told.push(change));
  const heard = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const stops = [pbx.on("directory", () => look()), pbx.on("change", () => look())];
      const look = (): void => {
        if (!condition()) return;
        for (const stop of stops) stop();
        resolve();
      };
      look();
    });
  return { ami, pbx, told, heard };
}

it("learns 1,000 extensions without anything said of them in a dialplan, and asks about few at once", async () => {
  const endpoints = Array.from({ length: 1_000 }, (_, index) => `${2_000 + index}`);
  const { ami, pbx, told, heard } = await pbxWithPeople({
    hints: [],
    endpoints: [...endpoints, "trunk-out", "sipgate", "2001234567"],
    mailboxes: endpoints.slice(0, 10),
    denied: [],
  });
  let [open, most] = [0, 0];
  ami.onAction = (action) => {
    if (action.get("Action") === "PJSIPShowEndpoint") most = Math.max(most, ++open);
    // Each answer is written before the next action that the client sends because of it.
    if (action.get("Action") === "PJSIPShowEndpoint") queueMicrotask(() => open--);
  };
  await pbx.start();
  await heard(() => pbx.extensions.length === 1_000);
  expect(pbx.extension("2000")).toEqual({
    number: "2000",
    name: "Full 2000",
    devices: ["PJSIP/2000"],
    mailbox: "2000@default",
  });
  expect(pbx.extension("2999")).toMatchObject({ name: "Name 2999", mailbox: "2999@default" });
  expect(pbx.extensionOf("PJSIP/2500")).toBe("2500");
  expect(pbx.extensionOf("PJSIP/trunk-out")).toBeUndefined();
  expect(ami.asked.filter((action) => action === "PJSIPShowEndpoint")).toHaveLength(1_000);
  expect(most).toBeLessThanOrEqual(4);
  expect(told.flatMap(({ changed }) => changed)).toHaveLength(1_000);
  await heard(() => pbx.mailboxes.length === 1_000);
  expect(pbx.mailboxes.find(({ mailbox }) => mailbox === "2000@default")).toEqual({
    mailbox: "2000@default",
    newMessages: 2,
    oldMessages: 1,
  });
  // Not one that app_voicemail lists: counted one by one.
  expect(pbx.mailboxes.find(({ mailbox }) => mailbox === "2999@default")).toMatchObject({ newMessages: 3 });
});

it("reads it anew after a reload, hints that are gone among it, once for many modules", async () => {
  const has: Configuration = {
    hints: [
      ["1000", "PJSIP/1000,CustomPresence:1000"],
      ["1001", "PJSIP/1001"],
    ],
    endpoints: [],
    mailboxes: [],
    denied: [],
  };
  const timers: { readonly delayMs: number; readonly run: () => void }[] = [];
  const { ami, pbx, told, heard } = await pbxWithPeople(has, {
    runtime: {
      now: () => performance.now(),
      random: () => 0.5,
      schedule: (delayMs, run) => {
        timers.push({ delayMs, run });
        return () => {};
      },
    },
  });
  await pbx.start();
  expect(pbx.extensions.map(({ number, state }) => [number, state])).toEqual([
    ["1000", "Idle"],
    ["1001", "Idle"],
  ]);
  await vi.waitFor(() => expect(ami.asked).toContain("IAXpeerlist"));
  has.hints = [["1000", "PJSIP/1000&PJSIP/mobile,CustomPresence:1000"]];
  told.length = 0;
  for (const module of ["res_pjsip", "app_queue", "pbx_config"])
    ami.send(eventText("Reload", [["Module", module]], "system,all"));
  await pbx.client.action("Ping");
  const due = timers.filter(({ delayMs }) => delayMs === 1_000);
  expect(due).toHaveLength(1);
  due[0]?.run();
  await heard(() => pbx.extension("1001") === undefined);
  expect(told).toMatchObject([
    { changed: [{ number: "1000", devices: ["PJSIP/1000", "PJSIP/mobile"] }], removed: ["1001"] },
  ]);
});

it("a hint's new state shows in the extension; a new hint is a new extension", async () => {
  const { ami, pbx, told } = await pbxWithPeople({
    hints: [["1000", "PJSIP/1000"]],
    endpoints: [],
    mailboxes: [],
    denied: [],
  });
  await pbx.start();
  told.length = 0;
  const status = (exten: string, hint: string, text: string): string =>
    eventText("ExtensionStatus", [
      ["Exten", exten],
      ["Context", "phones"],
      ["Hint", hint],
      ["StatusText", text],
    ]);
  ami.send(status("1000", "PJSIP/1000", "Ringing") + status("1005", "PJSIP/1005", "InUse"));
  await pbx.client.action("Ping");
  expect(pbx.extensions.map(({ number, state }) => [number, state])).toEqual([
    ["1000", "Ringing"],
    ["1005", "InUse"],
  ]);
  expect(told).toMatchObject([{ changed: [{ number: "1005" }], removed: [] }]);
});

it("without the right to ask learns from hints, and says so only where there are none", async () => {
  const denied = ["PJSIPShowEndpoints", "VoicemailUsersList"];
  const hinted = await pbxWithPeople({ hints: [["1000", "PJSIP/1000"]], endpoints: ["1001"], mailboxes: [], denied });
  await hinted.pbx.start();
  await new Promise<void>((resolve) => {
    hinted.pbx.on("notice", () => resolve());
  });
  expect(hinted.pbx.notices).toMatchObject([
    { code: "PBX_CLASS_MISSING", action: "VoicemailUsersList", classes: ["call", "reporting"] },
  ]);
  expect(hinted.pbx.extensions.map(({ number }) => number)).toEqual(["1000"]);

  const bare = await pbxWithPeople({ hints: [], endpoints: ["1001"], mailboxes: [], denied });
  const notices = new Promise<void>((resolve) => {
    bare.pbx.on("notice", ({ action }) => {
      if (action === "PJSIPShowEndpoints") resolve();
    });
  });
  await bare.pbx.start();
  await notices;
  expect(bare.pbx.notices.map(({ action }) => action)).toEqual(["VoicemailUsersList", "PJSIPShowEndpoints"]);
});

it("learns from calls who has no hint, and no longer believes in one through whom others are dialled", async () => {
  const { ami, pbx } = await pbxWithPeople({ hints: [], endpoints: [], mailboxes: [], denied: [] });
  await pbx.start();
  ami.send(eventText("Newchannel", channelLines("1", "Ring")));
  await pbx.client.action("Ping");
  expect(pbx.extensions).toMatchObject([{ number: "1000", name: "Kai", devices: ["PJSIP/1000"] }]);
  const dest = channelLines("2", "Down").map(([name, value]): HeaderLine => [`Dest${name}`, value]);
  ami.send(eventText("DialBegin", [...channelLines("1", "Ring"), ...dest, ["DialString", "004930123@1000"]]));
  await pbx.client.action("Ping");
  expect(pbx.extensions).toEqual([]);
  expect(pbx.extensionOf("PJSIP/1000")).toBeUndefined();
});

it("what is not answered is told, and tried again", async () => {
  const has: Configuration = { hints: [["1000", "PJSIP/1000"]], endpoints: [], mailboxes: ["1000"], denied: [] };
  const answer = answerOf(has);
  let silent = true;
  const ami = await scripted((action) =>
    silent && action.get("Action") === "VoicemailUsersList" ? undefined : answer(action),
  );
  const retries: (() => void)[] = [];
  const pbx = new Pbx({
    id: "office",
    ami: { host: "127.0.0.1", port: ami.port, username: "u", secret: "s", ping: false, timeoutMs: 1_000 },
    checkEveryMs: 0,
    runtime: {
      now: () => performance.now(),
      random: () => 0.5,
      schedule: (delayMs, run) => {
        if (delayMs === 60_000) {
          retries.push(run);
          return () => {};
        }
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
  });
  onTestFinished(() => pbx.close());
  const failed = new Promise<void>((resolve) => {
    pbx.on("notice", ({ code }) => {
      if (code === "PBX_DIRECTORY_FAILED") resolve();
    });
  });
  await pbx.start();
  await failed;
  expect(pbx.extensions).toMatchObject([{ number: "1000" }]);
  silent = false;
  const known = new Promise<void>((resolve) => {
    pbx.on("directory", () => resolve());
  });
  retries[0]?.();
  await known;
  expect(pbx.extension("1000")?.name).toBe("Full 1000");
  await pbx.client.action("Ping");
  expect(pbx.notices).toEqual([]);
});

it("works the extensions out once for all hints of a snapshot, though somebody asks for each as he hears of it", async () => {
  const numbers = Array.from({ length: 500 }, (_, index) => `${2_000 + index}`);
  const { pbx, told } = await pbxWithPeople({
    hints: numbers.map((number) => [number, `PJSIP/${number}`]),
    endpoints: [],
    mailboxes: [],
    denied: [],
  });
  let asked = 0;
  pbx.on("change", ({ change }) => {
    if (change.type === "extension-state-changed") asked += pbx.extension(change.extension.exten) === undefined ? 0 : 1;
  });
  await pbx.start();
  expect(asked).toBe(500);
  expect(told).toHaveLength(1);
});
