import type { CallEvent, Connection } from "@cordboard/sdk";
import { isOpen, over, partyOf, withStep, type Steps } from "./step-list.ts";

/** Applications that another step tells of. */
const toldElsewhere = new Set(["Queue", "ConfBridge", "ParkedCall"]);

/** What a menu is made of: its prompts follow each other in milliseconds, and a person hears one menu. */
const prompts = new Set([
  "BackGround",
  "Background",
  "BackgroundDetect",
  "Playback",
  "Read",
  "SayDigits",
  "SayNumber",
  "SayUnixTime",
  "WaitExten",
]);

/** Asterisk itself serves a party: with a menu, an announcement, a mailbox. */
export function withApplication(event: CallEvent, connection: Connection, steps: Steps): Steps {
  const { application } = connection;
  if (application === undefined || toldElsewhere.has(application)) return steps;
  const last = steps.at(-1);
  const lastApplication = last?.connectionId === connection.id && last.type === "application" ? last.to : undefined;
  if (
    last !== undefined &&
    lastApplication !== undefined &&
    (lastApplication === application || (prompts.has(lastApplication) && prompts.has(application)))
  ) {
    if (last.endedAt === undefined) return steps;
    const { endedAt: _endedAt, ...rest } = last;
    return steps.with(steps.length - 1, rest);
  }
  const before = steps.flatMap((step) =>
    step.type === "application" && isOpen(step) && step.connectionId === connection.id ? over(step, event.time) : step,
  );
  return withStep(before, { at: event.time, type: "application", ...partyOf(connection), to: application });
}
