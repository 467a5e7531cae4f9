import type { LabVersion } from "../versions.ts";
import { context, extension, hint, include } from "./conf-text.ts";
import { chanSipPeople, loadNumber, people, trunkPrefix } from "./lab-numbers.ts";

/** The dialplan of the lab's plain profile: contexts `internal`, `from-trunk` and what they need. */
export function plainDialplan(version: LabVersion): string {
  const chanSip = version === 16 ? chanSipPeople : [];
  return [
    context("internal", include("phones"), include("dial-options"), include("services"), include("parkedcalls")),
    context(
      "phones",
      ...people.map(({ number }) => hint(number, `PJSIP/${number}`, `CustomPresence:${number}`)),
      ...people.map(({ number }) => extension(number, "Dial(PJSIP/${EXTEN},30)")),
      ...chanSip.map(({ number }) => hint(number, `SIP/${number}`)),
      ...chanSip.map(({ number }) => extension(number, "Dial(SIP/${EXTEN},30)")),
      extension("_00X.", "Dial(PJSIP/${EXTEN:2}@trunk,30)"),
    ),
    context(
      "dial-options",
      extension("_21XXX", "Dial(PJSIP/${EXTEN:1},30,g)", "Playback(hello-world)", "Hangup()"),
      extension("_31XXX", "Dial(PJSIP/${EXTEN:1},30,tTkK)"),
      extension(
        "_41XXX",
        "Set(FORWARD=${DB(CF/${EXTEN:1})})",
        'GotoIf($["${FORWARD}" = ""]?plain)',
        "Dial(Local/${FORWARD}@internal,30)",
        "Hangup()",
        "(plain)Dial(PJSIP/${EXTEN:1},30)",
      ),
      extension("_51XXX", "VoiceMail(${EXTEN:1}@default,s)", "Hangup()"),
      extension(
        "_61XXX",
        "Dial(PJSIP/${EXTEN:1},3)",
        'GotoIf($["${DIALSTATUS}" = "BUSY"]?busy)',
        "VoiceMail(${EXTEN:1}@default,su)",
        "Hangup()",
        "(busy)VoiceMail(${EXTEN:1}@default,sb)",
        "Hangup()",
      ),
      extension("_71XXX", "Dial(PJSIP/${EXTEN:1},2)"),
      extension("_*72X.", "Set(DB(CF/${CALLERID(num)})=${EXTEN:3})", "Playback(activated)", "Hangup()"),
      extension("*73", "NoOp(${DB_DELETE(CF/${CALLERID(num)})})", "Playback(de-activated)", "Hangup()"),
    ),
    context(
      "services",
      extension("500", "Goto(ivr,s,1)"),
      extension("600", "Answer()", "Echo()"),
      extension("601", "Answer()", "MusicOnHold()"),
      extension("602", "Answer()", "Playback(hello-world&demo-congrats)", "Hangup()"),
      extension("603", "Busy(10)"),
      extension("604", "Congestion(10)"),
      extension(loadNumber, "Dial(PJSIP/load,30)"),
      extension("700", "Answer()", "Queue(sales,tT,,,60)", "Hangup()"),
      extension("710", "Answer()", "Queue(support,tT,,,60)", "Hangup()"),
      extension("715", "Answer()", "Queue(local,tT,,,60)", "Hangup()"),
      extension("720", "Dial(PJSIP/1001&PJSIP/1002&PJSIP/1003,30)"),
      extension("721", "Dial(Local/1001@phones&Local/1002@phones&Local/1003@phones,30)"),
      extension("722", "Dial(Local/1001@phones/n&Local/1002@phones/n&Local/1003@phones/n,30)"),
      extension("740", "Dial(Local/741@internal,30)"),
      extension("741", "Dial(Local/742@internal,30)"),
      extension("742", "Dial(Local/1002@internal,30)"),
      extension("800", "Answer()", "ConfBridge(${EXTEN})", "Hangup()"),
      extension("900", "Stasis(hello-world)", "Hangup()"),
      extension("_stasis-.", "Stasis(${EXTEN:7},${CALLERID(num)})", "Hangup()"),
      extension("_**X.", "Pickup(${EXTEN:2}@phones&${EXTEN:2}@internal)", "Hangup()"),
      extension("*97", "VoiceMailMain(${CALLERID(num)}@default,s)", "Hangup()"),
    ),
    context(
      "ivr",
      extension("s", "Answer()", "(menu)Background(basic-pbx-ivr-main)", "WaitExten(5)"),
      extension("1", "Goto(internal,700,1)"),
      extension("2", "Goto(internal,1002,1)"),
      extension("3", "Goto(internal,800,1)"),
      extension("9", "Goto(s,menu)"),
      extension("i", "Playback(pbx-invalid)", "Goto(s,menu)"),
      extension("t", "Playback(vm-goodbye)", "Hangup()"),
    ),
    context("queue-members", extension("_1XXX", "Dial(PJSIP/${EXTEN},20)")),
    context(
      "from-trunk",
      extension(`${trunkPrefix}0500`, "Goto(internal,500,1)"),
      extension(`_${trunkPrefix}1XXX`, `Goto(internal,\${EXTEN:${trunkPrefix.length}},1)`),
    ),
  ].join("\n");
}
