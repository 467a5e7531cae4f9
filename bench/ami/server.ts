import { createServer, type AddressInfo, type Socket } from "node:net";
import { eventBytes } from "./stream.ts";

// A manager port that streams: one process, driven by its parent over IPC.

/** Bytes of one write; what a socket takes at once. */
const eventsInOneWrite = 200;
/** Lines of the long Command reply: 5 MB. */
const outputLines = 80_000;

interface Order {
  readonly start: { readonly events: number; readonly mixed: boolean } | "probe";
}

let client: Socket | undefined;
let carried = "";

const server = createServer((socket) => {
  client = socket;
  carried = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.write("Asterisk Call Manager/11.0.0\r\n");
  socket.on("data", (bytes) => {
    const messages = (carried + bytes.toString()).split("\r\n\r\n");
    carried = messages.pop() ?? "";
    for (const message of messages) answer(socket, message);
  });
});

function answer(socket: Socket, message: string): void {
  const header = (name: string): string => new RegExp(`^${name}: *(.*)$`, "im").exec(message)?.[1]?.trim() ?? "";
  const id = header("ActionID");
  const head = `Response: Success\r\n${id === "" ? "" : `ActionID: ${id}\r\n`}`;
  if (header("Action").toLowerCase() === "command")
    socket.write(`${head}Message: Command output follows\r\n${longOutput()}\r\n`);
  else socket.write(`${head}Message: Authentication accepted\r\n\r\n`);
}

function longOutput(): string {
  let text = "";
  for (let n = 0; n < outputLines; n++)
    text += `Output:   line ${String(n).padStart(6, "0")} of a long list, indented, 62 bytes\r\n`;
  return text;
}

async function stream(socket: Socket, events: number, mixed: boolean): Promise<void> {
  // Made before the clock of any client starts, and cycled: the server must never be the slow side.
  const chunks: Buffer[] = [];
  for (let from = 0; from < Math.min(events, 20_000); from += eventsInOneWrite)
    chunks.push(eventBytes(from, eventsInOneWrite, mixed));
  for (let sent = 0; sent < events; sent += eventsInOneWrite) {
    const chunk = chunks[(sent / eventsInOneWrite) % chunks.length];
    if (chunk !== undefined && !socket.write(chunk))
      await new Promise<void>((resolve) => socket.once("drain", resolve));
  }
  socket.write("Event: BenchEnd\r\nPrivilege: system,all\r\n\r\n");
}

async function probe(socket: Socket): Promise<void> {
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 40));
  const name = Buffer.from("Jürgen Weiß");
  socket.write("Event: ProbeRepeats\r\nChanVariable: A=one\r\nChanVariable: B=two\r\nChanVariable: C=three\r\n\r\n");
  await pause();
  socket.write(Buffer.concat([Buffer.from("Event: ProbeUtf8\r\nCallerIDName: "), name.subarray(0, 2)]));
  await pause();
  socket.write(Buffer.concat([name.subarray(2), Buffer.from("\r\n\r\n")]));
  await pause();
  socket.write("Event: ProbeOddEnd\r\nChannel: odd\r\n\nEvent: ProbeAfterOddEnd\r\nChannel: after\r\n\r\n");
  await pause();
  socket.write("Event: ProbeEnd\r\nChannel: end\r\n\r\nEvent: ProbeEnd\r\nChannel: end\r\n\r\n");
}

process.on("message", (order: Order) => {
  if (client === undefined) return;
  void (order.start === "probe" ? probe(client) : stream(client, order.start.events, order.start.mixed));
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
