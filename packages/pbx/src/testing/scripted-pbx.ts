import { onTestFinished } from "vitest";
import type { ReceivedAction } from "../replay/action-reader.ts";
import { failure, listReply } from "../replay/ami-replies.ts";
import { messageText, type HeaderLine } from "../replay/channel-lines.ts";
import { ScriptedAmi } from "./scripted-ami.ts";

const states = ["Down", "Rsrvd", "OffHook", "Dialing", "Ring", "Ringing", "Up"];

/** Headers of a channel of Kai's. */
export const channelLines = (uniqueid: string, state = "Up"): HeaderLine[] => [
  ["Channel", `PJSIP/1000-0000000${uniqueid}`],
  ["ChannelState", states.indexOf(state)],
  ["ChannelStateDesc", state],
  ["CallerIDNum", "1000"],
  ["CallerIDName", "Kai"],
  ["Exten", "1002"],
  ["Uniqueid", uniqueid],
  ["Linkedid", uniqueid],
];

/** An event as it is on the wire. */
export const eventText = (name: string, lines: readonly HeaderLine[], classes = "call,all"): string =>
  messageText([["Event", name], ["Privilege", classes], ...lines]);

/** A PBX with these channels; all else is unknown to it. */
export const pbxWith =
  (channels: () => readonly string[]) =>
  (action: ReceivedAction): string =>
    action.get("Action") === "CoreShowChannels"
      ? listReply(
          action,
          "Channels will follow",
          "CoreShowChannelsComplete",
          channels().map((uniqueid) => [
            ["Event", "CoreShowChannel"],
            ...channelLines(uniqueid),
            ["Duration", "00:01:00"],
          ]),
        )
      : failure(action, "Invalid/unknown command: it.");

/** An AMI port with these answers, closed at the end of the test. */
export async function scripted(
  answer: (action: ReceivedAction) => string | undefined,
  port?: number,
): Promise<ScriptedAmi> {
  const ami = await ScriptedAmi.start(answer, port);
  onTestFinished(() => ami.close());
  return ami;
}
