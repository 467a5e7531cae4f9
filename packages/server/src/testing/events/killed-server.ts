// A process that is killed: publishes calls of a PBX without a wire as fast as it can, and tells what it has published, line by line. Run by
// kill-rounds.ts with the storage folder and the number of the round.
import { randomUUID } from "node:crypto";
import { CallHistoryStore } from "../../call-history/call-history-store.ts";
import { historyJournal } from "../../call-history/history-journal.ts";
import { EventStream } from "../../events/event-stream.ts";
import { databaseFile } from "../../storage/database-file.ts";
import { lockFolder } from "../../storage/folder-lock.ts";
import { openDatabase } from "../../storage/open-database.ts";
import { EnginePbx } from "./engine-pbx.ts";

/** One line of this process: an event that clients got. */
export interface ToldLine {
  readonly cursor: string;
  readonly type: string;
  readonly callId?: string;
  readonly length: number;
}

function complain(_: object, message: string): void {
  process.stderr.write(`${message}\n`);
}

const [, , folder = "", round = ""] = process.argv;
lockFolder(folder);
const database = await openDatabase(databaseFile(folder), { checkpointsInThread: true });
const stream = await EventStream.open({
  database,
  journal: historyJournal(new CallHistoryStore(database)),
  logger: { warn: complain, error: complain },
  retention: { keepMs: Infinity, keepBytes: Infinity },
});
const { publisher } = stream;
publisher.listen({
  published: (events) => {
    const lines = events.map(({ cursor, type, json, audience }) => {
      const callId = audience.calls[0];
      const told: ToldLine = { cursor, type, ...(callId === undefined ? {} : { callId }), length: json.length };
      return `${JSON.stringify(told)}\n`;
    });
    process.stdout.write(lines.join(""));
  },
  reset: () => complain({}, "The log was lost."),
});

const pbx = new EnginePbx("office", publisher.restoredCalls("office"), randomUUID, Date.now());
publisher.add(pbx, "Office");
pbx.knowsPhones("1000", "1001", "1002", "1003");
pbx.comesUp();

/** Calls that are up, by the number of their channel. */
const open: number[] = [];
let made = 0;
function facts(number: number): object {
  const id = `${round}.${number}`;
  const extension = `100${number % 4}`;
  const name = `PJSIP/${extension}-${id}`;
  return { id, linkedid: id, name, state: "up", number: extension, exten: "600", context: "phones" };
}

setInterval(() => {
  pbx.now = Date.now();
  for (let times = 0; times < 5; times++) {
    const number = ++made;
    open.push(number);
    pbx.happens({ type: "channel-new", channel: facts(number) } as never);
    const ended = open.length > 20 ? open.shift() : undefined;
    if (ended !== undefined) pbx.happens({ type: "channel-gone", channel: facts(ended), cause: 16 } as never);
  }
}, 1);
