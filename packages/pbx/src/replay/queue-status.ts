import type { ReceivedAction } from "./action-reader.ts";
import { listReply } from "./ami-replies.ts";
import { ageOf } from "./channel-age.ts";
import { channelLines, type HeaderLine } from "./channel-lines.ts";
import type { ReplayState } from "./replay-state.ts";

/** QueueStatus: queues and members as last told, and who waits now. */
export function queueStatus(action: ReceivedAction, state: ReplayState): string {
  const wanted = action.get("Queue");
  const inQueue = (lines: readonly HeaderLine[]): boolean => wanted === "" || lines[0]?.[1] === wanted;
  const waiting = state.table.channels.flatMap((row) => (row.queue === undefined ? [] : [{ row, queue: row.queue }]));
  return listReply(action, "Queue status will follow", "QueueStatusComplete", [
    ...state.memory
      .list("queues")
      .filter(inQueue)
      .map((lines): HeaderLine[] => [
        ["Event", "QueueParams"],
        ...lines.map(([name, value]): HeaderLine => [
          name,
          name === "Calls" ? waiting.filter(({ queue }) => queue.name === lines[0]?.[1]).length : value,
        ]),
      ]),
    ...state.memory
      .list("members")
      .filter(inQueue)
      .map((lines): HeaderLine[] => [["Event", "QueueMember"], ...lines]),
    ...waiting
      .filter(({ queue }) => wanted === "" || queue.name === wanted)
      .map(({ row, queue }): HeaderLine[] => [
        ["Event", "QueueEntry"],
        ["Queue", queue.name],
        ["Position", queue.position],
        ...channelLines(row).filter(([name]) =>
          /^(?:Channel|Uniqueid|(?:CallerID|ConnectedLine)(?:Num|Name))$/.test(name),
        ),
        ["Wait", ageOf(row, state.now())],
        ["Priority", 0],
      ]),
  ]);
}
