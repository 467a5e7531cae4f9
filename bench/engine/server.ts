import { createServer, type AddressInfo, type Socket } from "node:net";
import { Load } from "./load.ts";

// A manager port that lets anybody in and then says what a PBX with many calls says: `server.ts CALLS EVENTS`, started over IPC.

const [calls = "", events = ""] = process.argv.slice(2);
const pieces = new Load(Number(calls)).pieces(Number(events));
let client: Socket | undefined;

const server = createServer((socket) => {
  client = socket;
  let text = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.write("Asterisk Call Manager/11.0.0\r\n");
  socket.on("data", (bytes) => {
    const messages = (text + bytes.toString()).split("\r\n\r\n");
    text = messages.pop() ?? "";
    for (const message of messages) {
      const id = /^ActionID: *(.*)$/imu.exec(message)?.[1]?.trim() ?? "";
      const reply = `Response: Success\r\n${id === "" ? "" : `ActionID: ${id}\r\n`}Message: Authentication accepted\r\n\r\n`;
      socket.write(reply);
    }
  });
});

async function stream(socket: Socket): Promise<void> {
  for (const { bytes } of pieces)
    if (!socket.write(bytes)) await new Promise<void>((resolve) => socket.once("drain", resolve));
  socket.write("Event: BenchEnd\r\nPrivilege: system,all\r\n\r\n");
}

process.on("message", () => {
  if (client !== undefined) void stream(client);
});
server.listen(0, "127.0.0.1", () => {
  const count = pieces.reduce((sum, piece) => sum + piece.events, 0);
  process.send?.({ port: (server.address() as AddressInfo).port, events: count });
});
