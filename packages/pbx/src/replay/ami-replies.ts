import type { ReceivedAction } from "./action-reader.ts";
import { messageText, type HeaderLine } from "./channel-lines.ts";

const withId = (action: ReceivedAction): HeaderLine[] =>
  action.get("ActionID") === "" ? [] : [["ActionID", action.get("ActionID")]];

/** `Response: Success` with these headers after the ActionID. */
export function success(action: ReceivedAction, lines: readonly HeaderLine[]): string {
  return messageText([["Response", "Success"], ...withId(action), ...lines]);
}

/** `Response: Error` as Asterisk gives it. */
export function failure(action: ReceivedAction, message: string): string {
  return messageText([["Response", "Error"], ...withId(action), ["Message", message]]);
}

/** A list as Asterisk gives it: the response, the items (their first header is Event), the closing event with `last` in it. */
export function listReply(
  action: ReceivedAction,
  message: string,
  complete: string,
  items: readonly (readonly HeaderLine[])[],
  last: readonly HeaderLine[] = [],
): string {
  const id = withId(action);
  return [
    messageText([["Response", "Success"], ...id, ["EventList", "start"], ["Message", message]]),
    ...items.map(([event, ...lines]) => messageText([...(event === undefined ? [] : [event]), ...id, ...lines])),
    messageText([["Event", complete], ...id, ["EventList", "Complete"], ["ListItems", items.length], ...last]),
  ].join("");
}
