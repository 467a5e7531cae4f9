import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import {
  AmiAbortError,
  AmiActionError,
  AmiClosedError,
  AmiInjectionError,
  AmiLinkLostError,
  AmiOverflowError,
  AmiTimeoutError,
} from "./errors.ts";
import type { AmiMessage } from "./message.ts";
import { clientOf, connected, first } from "./testing/connected.ts";
import { event, list, reply, ScriptedAsterisk } from "./testing/scripted-asterisk.ts";

describe("actions", () => {
  it("get their own answers when five are sent in one tick and answered in reverse", async () => {
    const held: AmiMessage[] = [];
    await using peer = await ScriptedAsterisk.listen({
      actions: {
        getvar: (action, session) => {
          held.push(action);
          if (held.length < 5) return;
          for (const late of held.toReversed())
            session.send(reply(late, "Success", [`Value: ${late.get("Variable")}`]));
        },
      },
    });
    await using client = await connected(peer);
    const names = ["a", "b", "c", "d", "e"];
    const answers = await Promise.all(names.map((Variable) => client.action("Getvar", { Variable })));
    expect(answers.map((answer) => answer.get("Value"))).toEqual(names);
    expect(new Set(peer.last.actions.map((action) => action.get("ActionID"))).size).toBe(6);
  });

  it("reject with the response on an Error, and the link goes on", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: { hangup: (action) => reply(action, "Error", ["Message: No such channel"]) },
    });
    await using client = await connected(peer);
    const failed = client.action("Hangup", { Channel: "SIP/1" });
    await expect(failed).rejects.toBeInstanceOf(AmiActionError);
    await expect(failed).rejects.toMatchObject({
      code: "AMI_ACTION_FAILED",
      action: "Hangup",
      message: "Asterisk refused Hangup: No such channel",
    });
    expect((await client.action("Ping")).get("Ping")).toBe("Pong");
  });

  it("name the write classes that are missing where permission is denied, however the action is written", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: {
        hangup: (action) => reply(action, "Error", ["Message: Permission denied"]),
        nosuchaction: (action) => reply(action, "Error", ["Message: Permission denied"]),
      },
    });
    await using client = await connected(peer);
    await expect(client.action("hangup")).rejects.toMatchObject({
      message:
        "Asterisk refused hangup: Permission denied; add system or call to write= of this user in manager.conf and reload",
      missingClasses: ["system", "call"],
    });
    await expect(client.action("NoSuchAction")).rejects.toMatchObject({
      message: "Asterisk refused NoSuchAction: Permission denied",
      missingClasses: [],
    });
  });

  it("time out when never answered; the late reply is counted and hits nobody", async () => {
    const held: AmiMessage[] = [];
    await using peer = await ScriptedAsterisk.listen({ actions: { getvar: (action) => void held.push(action) } });
    await using client = await connected(peer);
    await expect(client.action("Getvar", { Variable: "x" }, { timeoutMs: 20 })).rejects.toBeInstanceOf(AmiTimeoutError);
    peer.last.send(reply(first(held), "Success", ["Value: late"]));
    await client.action("Ping");
    expect(client.stats).toMatchObject({ lateReplies: 1, strayReplies: 0, pendingCalls: 0 });
  });

  it("ignore a reply without an ActionID, or with a foreign one", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: {
        getvar: (action) =>
          `Response: Error\r\nMessage: stray\r\n\r\nResponse: Error\r\nActionID: other-1\r\n\r\n${reply(action, "Success", ["Value: mine"])}`,
      },
    });
    await using client = await connected(peer);
    expect((await client.action("Getvar", { Variable: "x" })).get("Value")).toBe("mine");
    expect(client.stats.strayReplies).toBe(2);
  });

  it("can be aborted before and after they are sent, and leave no listener behind", async () => {
    await using peer = await ScriptedAsterisk.listen({ actions: { getvar: () => undefined } });
    await using client = await connected(peer);
    const abort = new AbortController();
    await client.action("Ping", {}, { signal: abort.signal });
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
    const waiting = client.action("Getvar", { Variable: "x" }, { signal: abort.signal });
    await peer.until(() => peer.last.actions.some(({ name }) => name === "Getvar"));
    abort.abort("enough");
    await expect(waiting).rejects.toBeInstanceOf(AmiAbortError);
    await expect(waiting).rejects.toMatchObject({ cause: "enough" });
    await expect(client.action("Ping", {}, { signal: abort.signal })).rejects.toBeInstanceOf(AmiAbortError);
    expect(peer.last.actions.map(({ name }) => name)).toEqual(["Login", "Ping", "Getvar"]);
  });

  it("reject when the link drops, and when there is none, instead of waiting for ever", async () => {
    await using peer = await ScriptedAsterisk.listen({ actions: { getvar: (_action, session) => session.cut() } });
    await using client = await connected(peer, { reconnect: { minMs: 60_000, maxMs: 60_000 } });
    await expect(client.action("Getvar", { Variable: "x" })).rejects.toMatchObject({
      code: "AMI_LINK_LOST",
      retryable: true,
    });
    const refused = client.action("Ping");
    await expect(refused).rejects.toBeInstanceOf(AmiLinkLostError);
    await expect(refused).rejects.toMatchObject({ code: "AMI_NOT_CONNECTED" });
    await expect(clientOf(peer).action("Ping")).rejects.toMatchObject({ code: "AMI_NOT_CONNECTED" });
  });

  it("reject when the client is closed", async () => {
    await using peer = await ScriptedAsterisk.listen({ actions: { getvar: () => undefined } });
    const client = await connected(peer);
    const waiting = client.action("Getvar", { Variable: "x" });
    const settled = waiting.catch((error: unknown) => error);
    await client.close();
    expect(await settled).toBeInstanceOf(AmiClosedError);
    await expect(client.action("Ping")).rejects.toBeInstanceOf(AmiClosedError);
  });

  it("are refused with a line break in a value, and nothing is sent", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    await expect(client.action("Setvar", { Variable: "x", Value: "1\r\nAction: Logoff" })).rejects.toBeInstanceOf(
      AmiInjectionError,
    );
    await client.action("Ping");
    expect(peer.last.actions.map(({ name }) => name)).toEqual(["Login", "Ping"]);
    expect(client.stats.pendingCalls).toBe(0);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
    "are refused with a time-out of %d, which no timer can hold",
    async (timeoutMs) => {
      await using peer = await ScriptedAsterisk.listen();
      await using client = await connected(peer);
      await expect(client.action("Ping", {}, { timeoutMs })).rejects.toMatchObject({ code: "AMI_BAD_OPTION" });
      expect(peer.last.actions.map(({ name }) => name)).toEqual(["Login"]);
    },
  );

  it("are refused beyond maxPending", async () => {
    await using peer = await ScriptedAsterisk.listen({ actions: { getvar: () => undefined } });
    await using client = await connected(peer, { maxPending: 2 });
    const waiting = [1, 2].map((n) => client.action("Getvar", { Variable: `x${n}` }).catch((error: unknown) => error));
    await expect(client.action("Ping")).rejects.toBeInstanceOf(AmiOverflowError);
    await client.close();
    expect(await Promise.all(waiting)).toEqual([expect.any(AmiClosedError), expect.any(AmiClosedError)]);
  });

  it("are refused when too much waits to be sent to a peer that does not read", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer, { maxUnsentBytes: 100_000 });
    peer.last.playDead();
    const errors: unknown[] = [];
    const value = "x".repeat(1_000_000);
    for (let n = 0; n < 30; n++)
      client.action("Setvar", { Variable: "x", Value: value }).catch((error: unknown) => errors.push(error));
    await client.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toHaveLength(30);
    expect(errors.filter((error) => error instanceof AmiOverflowError).length).toBeGreaterThan(10);
  });
});

describe("commands", () => {
  it("resolve with their lines, verbatim", async () => {
    const output = (action: AmiMessage): string =>
      reply(action, "Success", [
        "Message: Command output follows",
        "Output:   Channel:  SIP/1 ",
        "Output: ",
        "Output: end",
      ]);
    await using peer = await ScriptedAsterisk.listen({ actions: { command: output } });
    await using client = await connected(peer);
    expect(await client.command("core show channels")).toEqual(["  Channel:  SIP/1 ", "", "end"]);
  });

  it("resolve with the older form too", async () => {
    const output = (action: AmiMessage): string =>
      `Response: Follows\r\nPrivilege: Command\r\nActionID: ${action.get("ActionID")}\r\nfirst\n\nthird\n--END COMMAND--\r\n\r\n`;
    await using peer = await ScriptedAsterisk.listen({ actions: { command: output } });
    await using client = await connected(peer);
    expect(await client.command("core show channels")).toEqual(["first", "", "third"]);
  });

  it("reject with what was printed when the CLI refuses", async () => {
    const output = (action: AmiMessage): string =>
      reply(action, "Error", ["Message: Command output follows", "Output: No such command 'foo'"]);
    await using peer = await ScriptedAsterisk.listen({ actions: { command: output } });
    await using client = await connected(peer);
    await expect(client.command("foo")).rejects.toThrow("Asterisk refused Command: No such command 'foo'");
  });
});

describe("originate", () => {
  const outcome = (action: AmiMessage, lines: string[]): string =>
    event("OriginateResponse", ["Privilege: call,all", `ActionID: ${action.get("ActionID")}`, ...lines]);

  it("resolves with the outcome, always asynchronous in Asterisk", async () => {
    const originate = (action: AmiMessage): string =>
      reply(action, "Success", ["Message: Originate successfully queued"]) +
      event("Newchannel") +
      outcome(action, ["Response: Success", "Channel: SIP/1-1", "Reason: 4", "Uniqueid: 17.1"]);
    await using peer = await ScriptedAsterisk.listen({ actions: { originate } });
    await using client = await connected(peer);
    const seen: string[] = [];
    client.onEvent("OriginateResponse", ({ name }) => seen.push(name));
    const result = await client.originate({
      Channel: "SIP/1",
      Context: "default",
      Exten: "100",
      Priority: 1,
      Variable: { A: "1" },
    });
    expect(result).toMatchObject({ success: true, reason: 4, channel: "SIP/1-1", uniqueid: "17.1" });
    expect(peer.last.actions[1]?.toObject()).toMatchObject({ Async: "true", Variable: "A=1" });
    expect(seen).toEqual(["OriginateResponse"]);
  });

  it("tells failure by success, and a missing channel by no uniqueid, even when the event comes first", async () => {
    const originate = (action: AmiMessage): string =>
      outcome(action, ["Response: Failure", "Channel: SIP/1", "Reason: 5", "Uniqueid: <unknown>"]) +
      reply(action, "Success");
    await using peer = await ScriptedAsterisk.listen({ actions: { originate } });
    await using client = await connected(peer);
    const result = await client.originate({ Channel: "SIP/1", Application: "Wait", Data: 1 });
    expect([result.success, result.reason, "uniqueid" in result]).toEqual([false, 5, false]);
  });

  it("rejects when refused, and at once when no events would come", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: { originate: (action) => reply(action, "Error", ["Message: Originate Access Forbidden"]) },
    });
    await using client = await connected(peer);
    await expect(client.originate({ Channel: "SIP/1" })).rejects.toBeInstanceOf(AmiActionError);
    await using deaf = await connected(peer, { events: "off" });
    await expect(deaf.originate({ Channel: "SIP/1" })).rejects.toMatchObject({ code: "AMI_BAD_OPTION" });
  });
});

describe("lists", () => {
  it("are collected, and events between their items go to the listeners", async () => {
    const queueStatus = (action: AmiMessage): string => {
      const id = `ActionID: ${action.get("ActionID")}`;
      return (
        reply(action, "Success", ["EventList: start", "Message: Queue status will follow"]) +
        event("QueueParams", ["Queue: a", id]) +
        event("Newchannel", ["Channel: SIP/1"]) +
        event("UserEvent", [id, "UserEvent: x"]) +
        event("OriginateResponse", [id]) +
        event("QueueMember", ["Queue: a", id]) +
        event("QueueStatusComplete", [id, "EventList: Complete", "ListItems: 2"])
      );
    };
    await using peer = await ScriptedAsterisk.listen({ actions: { queuestatus: queueStatus } });
    await using client = await connected(peer);
    const others: string[] = [];
    client.on("event", ({ name }) => others.push(name));
    const { items, complete, response } = await client.list("QueueStatus");
    expect(items.map(({ name }) => name)).toEqual(["QueueParams", "QueueMember"]);
    expect([complete?.get("ListItems"), response.get("Message")]).toEqual(["2", "Queue status will follow"]);
    expect(others).toEqual(["Newchannel", "UserEvent", "OriginateResponse"]);
  });

  it("are collected when nobody listens to their events, and do not change what others hear", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: {
        queuestatus: (action) =>
          list(action, ["QueueParams"], "QueueStatusComplete") + event("Newchannel") + event("Hangup"),
      },
    });
    await using client = await connected(peer);
    const heard: string[] = [];
    client.onEvent("Hangup", ({ name }) => heard.push(name));
    expect((await client.list("QueueStatus")).items).toHaveLength(1);
    await client.action("Ping");
    expect(heard).toEqual(["Hangup"]);
    expect(client.stats.skippedEvents).toBeGreaterThan(0);
  });

  it.each<[string, string, string]>([
    ["ConfbridgeListRooms", "Error", "No active conferences."],
    ["DBGet", "Error", "Database entry not found"],
    ["VoicemailUsersList", "Success", "There are no voicemail users currently defined."],
  ])("of %s are empty when Asterisk says %s: %s", async (name, kind, message) => {
    await using peer = await ScriptedAsterisk.listen({
      actions: { [name.toLowerCase()]: (action: AmiMessage) => reply(action, kind, [`Message: ${message}`]) },
    });
    await using client = await connected(peer);
    const { items, complete, response } = await client.list(name, {});
    expect([items, complete, response.get("Message")]).toEqual([[], undefined, message]);
    const streamed: unknown[] = [];
    for await (const item of client.listItems(name, {})) streamed.push(item);
    expect(streamed).toEqual([]);
  });

  it("reject on an Error that does not mean empty", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: { confbridgelistrooms: (action) => reply(action, "Error", ["Message: Permission denied"]) },
    });
    await using client = await connected(peer);
    await expect(client.list("ConfbridgeListRooms")).rejects.toBeInstanceOf(AmiActionError);
    await expect(client.listItems("ConfbridgeListRooms").next()).rejects.toBeInstanceOf(AmiActionError);
  });

  it("are collected without EventList headers, by the closing event's name", async () => {
    const agents = (action: AmiMessage): string => {
      const id = `ActionID: ${action.get("ActionID")}`;
      return (
        reply(action, "Success", ["Message: Agents will follow"]) +
        event("Agents", [id]) +
        event("AgentsComplete", [id])
      );
    };
    await using peer = await ScriptedAsterisk.listen({ actions: { agents } });
    await using client = await connected(peer);
    expect((await client.list("Agents")).items).toHaveLength(1);
  });

  it("work for actions nobody has heard of, in the spelling one likes", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: {
        novellist: (action) => list(action, ["Novel", "Novel"], "NovelListComplete"),
        queuestatus: (action) => list(action, ["QueueParams"], "QueueStatusComplete"),
      },
    });
    await using client = await connected(peer);
    expect((await client.list("NovelList")).items).toHaveLength(2);
    expect((await client.list("queuestatus")).items).toHaveLength(1);
  });

  it("of an action that is none resolve with its reply and do not hang", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: { queueadd: (action) => reply(action, "Success", ["Message: Added interface to queue"]) },
    });
    await using client = await connected(peer);
    const result = await client.list("QueueAdd", { Queue: "a", Interface: "SIP/1" });
    expect([result.items, result.response.name]).toEqual([[], "Success"]);
  });

  it("reject when an Error comes after their start", async () => {
    const map = (action: AmiMessage): string =>
      reply(action, "Success", ["EventList: start"]) + reply(action, "Error", ["Message: Could not get it"]);
    await using peer = await ScriptedAsterisk.listen({ actions: { coreshowchannelmap: map } });
    await using client = await connected(peer);
    await expect(client.list("CoreShowChannelMap", { Channel: "x" })).rejects.toBeInstanceOf(AmiActionError);
  });

  it("that time out swallow their late items", async () => {
    const held: AmiMessage[] = [];
    await using peer = await ScriptedAsterisk.listen({ actions: { queuestatus: (action) => void held.push(action) } });
    await using client = await connected(peer);
    const heard: string[] = [];
    client.on("event", ({ name }) => heard.push(name));
    await expect(client.list("QueueStatus", {}, { timeoutMs: 20 })).rejects.toBeInstanceOf(AmiTimeoutError);
    peer.last.send(list(first(held), ["QueueParams", "QueueMember"], "QueueStatusComplete") + event("Hangup"));
    await client.action("Ping");
    expect(heard).toEqual(["Hangup"]);
  });

  it("can be taken item by item, fifty thousand of them", async () => {
    const count = 50_000;
    await using peer = await ScriptedAsterisk.listen({
      actions: {
        dbgettree: (action) =>
          list(
            action,
            Array.from({ length: count }, () => "DBGetTreeResponse"),
            "DBGetTreeComplete",
          ),
      },
    });
    await using client = await connected(peer);
    let taken = 0;
    for await (const item of client.listItems("DBGetTree", { Family: "x" }))
      expect(item.get("Index")).toBe(String(taken++));
    expect(taken).toBe(count);
  });

  it("taken item by item end early without harm, and fail when the link drops", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: {
        queuestatus: (action) => list(action, ["QueueParams", "QueueMember", "QueueEntry"], "QueueStatusComplete"),
        status: (action, session) => {
          session.send(reply(action, "Success", ["EventList: start"]));
          session.cut();
        },
      },
    });
    await using client = await connected(peer);
    for await (const item of client.listItems("QueueStatus")) {
      expect(item.name).toBe("QueueParams");
      break;
    }
    expect(client.stats.pendingCalls).toBe(0);
    await expect(client.listItems("Status").next()).rejects.toMatchObject({ code: "AMI_LINK_LOST" });
  });
});
