import type { AmiActionError } from "@cordboard/ami";
import type { PbxNotice } from "./pbx-options.ts";

/** Write classes of the actions (any one is enough), and what is not seen without them. */
const needs: ReadonlyMap<string, { readonly classes: readonly string[]; readonly loss: string }> = new Map([
  ["CoreShowChannels", { classes: ["system", "reporting"], loss: "calls that began before the link are not seen" }],
  ["Status", { classes: ["system", "call", "reporting"], loss: "calls that began before the link are not seen" }],
  ["ParkedCalls", { classes: ["call"], loss: "calls parked before the link are not shown as parked" }],
  [
    "ConfbridgeListRooms",
    { classes: ["reporting"], loss: "who was in a conference before the link is not shown there" },
  ],
  ["ConfbridgeList", { classes: ["reporting"], loss: "who was in a conference before the link is not shown there" }],
  ["CoreSettings", { classes: ["system", "reporting"], loss: "version and name of the PBX are not known" }],
  ["ExtensionStateList", { classes: ["call", "reporting"], loss: "hints are known only once their state changes" }],
  ["DeviceStateList", { classes: ["call", "reporting"], loss: "devices are known only once their state changes" }],
  ["PresenceStateList", { classes: ["call", "reporting"], loss: "presence is known only once it changes" }],
  ["PJSIPShowEndpoints", { classes: ["system"], loss: "phones without a hint are known only once they call" }],
  ["SIPpeers", { classes: ["system", "reporting"], loss: "phones without a hint are known only once they call" }],
  ["IAXpeerlist", { classes: ["system", "reporting"], loss: "phones without a hint are known only once they call" }],
  [
    "VoicemailUsersList",
    { classes: ["call", "reporting"], loss: "counts of mailboxes are known only once they change" },
  ],
]);

/** True if Asterisk refused an action because the user lacks its class. */
export function isDenied(error: AmiActionError): boolean {
  return /permission denied/i.test(error.message);
}

/** Says which class is missing for an action, and what is not seen because of it. */
export function classMissing(action: string, cause: AmiActionError): PbxNotice {
  const need = needs.get(action) ?? { classes: [], loss: "a part of the snapshot is missing" };
  return {
    code: "PBX_CLASS_MISSING",
    message: `The AMI user may not ask ${action}: ${need.loss}. Add ${need.classes.join(" or ")} to its write= in manager.conf and reload.`,
    right: "write",
    classes: need.classes,
    action,
    cause,
  };
}
