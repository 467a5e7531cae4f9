import type { LabVersion } from "../versions.ts";
import { context, extension, hint, include } from "./conf-text.ts";
import { people } from "./lab-numbers.ts";

/**
 * A dialplan in the shapes that FreePBX generates (`from-internal`, nested dial macros, queue members as
 * `Local/…@from-queue/n`, follow-me, a hangup macro in `h`, hints with a custom device state for do-not-disturb), in our own words.
 *
 * Macros are `Macro()` on 16, as FreePBX 15 and before make them, and `Gosub()` on 22, which has no `Macro()`.
 */
export function freepbxDialplan(version: LabVersion): string {
  const call = (name: string, ...args: readonly string[]): string =>
    version === 16 ? `Macro(${[name, ...args].join(",")})` : `Gosub(macro-${name},s,1(${args.join(",")}))`;
  const macro = (name: string, ...steps: readonly string[]): string =>
    context(`macro-${name}`, extension("s", ...steps, ...(version === 16 ? [] : ["Return()"])));
  const end = version === 16 ? "MacroExit()" : "Return()";
  return [
    context(
      "from-internal",
      include("from-internal-xfer"),
      include("ext-findmefollow"),
      include("ext-local"),
      include("ext-group"),
      include("ext-queues"),
      include("app-dnd"),
      include("parkedcalls"),
      include("from-internal-noxfer"),
      extension("h", call("hangupcall")),
    ),
    context("from-internal-xfer", extension("*97", "VoiceMailMain(${CALLERID(num)}@default,s)", "Hangup()")),
    context(
      "from-internal-noxfer",
      extension("800", "Answer()", "ConfBridge(${EXTEN})", "Hangup()"),
      extension("900", "Stasis(hello-world)", "Hangup()"),
    ),
    context(
      "ext-local",
      ...people.map(({ number }) => hint(number, `PJSIP/${number}&Custom:DND${number}`, `CustomPresence:${number}`)),
      ...people.map(({ number }) =>
        extension(number, "Set(__RINGTIMER=15)", call("exten-vm", number, number), "Hangup()"),
      ),
      extension("h", call("hangupcall")),
    ),
    // 1003 follows to Lena too: 2003 is the number with follow-me, FMPR and FMGL are its legs.
    context(
      "ext-findmefollow",
      extension(
        "2003",
        call("user-callerid"),
        "Dial(Local/FMPR-1003@from-internal/n&Local/FMGL-1006@from-internal/n,20,trM(auto-blkvm))",
        "Hangup()",
      ),
      extension("FMPR-1003", "NoOp(primary leg)", "Dial(PJSIP/1003,20,tr)", "Hangup()"),
      extension("FMGL-1006", "NoOp(further leg)", call("dial-one", "20", "tr", "1006"), "Hangup()"),
      extension("h", call("hangupcall")),
    ),
    context(
      "ext-group",
      extension("720", call("user-callerid"), call("dial", "20", "tr", "1001-1002-1003"), "Hangup()"),
      extension("h", call("hangupcall")),
    ),
    context(
      "ext-queues",
      extension("700", "Answer()", call("user-callerid"), "Queue(700,t,,,60)", "Hangup()"),
      extension("710", "Answer()", call("user-callerid"), "Queue(710,t,,,60)", "Hangup()"),
      extension("h", call("hangupcall")),
    ),
    context(
      "from-queue",
      extension(
        "_X.",
        "Set(QAGENT=${EXTEN})",
        "Set(__FROMQUEUEEXTEN=${CALLERID(number)})",
        "Goto(from-queue-exten-only,${EXTEN},1)",
      ),
    ),
    context(
      "from-queue-exten-only",
      ...people.map(({ number }) =>
        extension(number, "Set(RingGroupMethod=none)", call("dial-one", "20", "tr", number), "Hangup()"),
      ),
      extension("h", call("hangupcall")),
    ),
    context(
      "app-dnd",
      extension(
        "*78",
        "Answer()",
        "Set(DB(DND/${CALLERID(num)})=YES)",
        "Set(DEVICE_STATE(Custom:DND${CALLERID(num)})=BUSY)",
        "Playback(do-not-disturb&activated)",
        "Hangup()",
      ),
      extension(
        "*79",
        "Answer()",
        "NoOp(${DB_DELETE(DND/${CALLERID(num)})})",
        "Set(DEVICE_STATE(Custom:DND${CALLERID(num)})=NOT_INUSE)",
        "Playback(do-not-disturb&de-activated)",
        "Hangup()",
      ),
    ),
    macro("user-callerid", "Set(AMPUSER=${CALLERID(number)})", "Set(CHANNEL(language)=en)"),
    macro(
      "exten-vm",
      call("user-callerid"),
      "Set(RingGroupMethod=none)",
      "Set(EXTTOCALL=${ARG2})",
      call("dial-one", "${RINGTIMER}", "trI", "${EXTTOCALL}"),
      'GotoIf($["${DIALSTATUS}" = "ANSWER"]?done)',
      'GotoIf($["${DIALSTATUS}" = "BUSY"]?busy)',
      "VoiceMail(${EXTTOCALL}@default,su)",
      "Goto(done)",
      "(busy)VoiceMail(${EXTTOCALL}@default,sb)",
      "(done)NoOp(${DIALSTATUS})",
    ),
    macro(
      "dial-one",
      "Set(DEXTEN=${ARG3})",
      'GotoIf($["${DB(DND/${DEXTEN})}" = "YES"]?dnd)',
      'GotoIf($["${DB(CF/${DEXTEN})}" != ""]?forward)',
      `Dial(PJSIP/\${DEXTEN},\${ARG1},\${ARG2})`,
      end,
      "(forward)Dial(Local/${DB(CF/${DEXTEN})}@from-internal/n,${ARG1},${ARG2})",
      end,
      "(dnd)Set(DIALSTATUS=BUSY)",
    ),
    macro(
      "dial",
      "Set(GROUP=Local/${REPLACE(ARG3,-,&)})",
      "Dial(Local/${CUT(ARG3,-,1)}@from-queue-exten-only/n&Local/${CUT(ARG3,-,2)}@from-queue-exten-only/n&Local/${CUT(ARG3,-,3)}@from-queue-exten-only/n,${ARG1},${ARG2})",
    ),
    macro("auto-blkvm", "Set(__MACRO_RESULT=)", "NoOp(answered)"),
    macro("hangupcall", 'GotoIf($["${USE_CONFIRMATION}" = "FALSE"]?skip)', "(skip)NoOp(ended ${HANGUPCAUSE})"),
  ].join("\n");
}
