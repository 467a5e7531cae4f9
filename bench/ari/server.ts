import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ClientFrames } from "./client-frames.ts";
import { description } from "./description.ts";
import { type Served, STREAM_TYPES } from "./measured.ts";

// An ARI server that costs as little as possible: answers and events are made before they are sent.

const channelOf = (n: number): object => ({
  id: `1795245844.${n}`,
  name: `PJSIP/1000-${n.toString(16).padStart(8, "0")}`,
  state: "Up",
  protocol_id: "1-20184@127.0.0.1",
  caller: { name: "Kai", number: "1000" },
  connected: { name: "", number: "" },
  accountcode: "",
  dialplan: { context: "default", exten: "900", priority: 1, app_name: "Stasis", app_data: "bench" },
  creationtime: "2026-11-21T07:24:04.797+0000",
  language: "en",
});

const own: Readonly<Record<string, (n: number) => object>> = {
  StasisStart: () => ({ args: ["a", "b"] }),
  ChannelVarset: (n) => ({ variable: "FOO", value: `bar${n}` }),
  ChannelDtmfReceived: () => ({ digit: "5", duration_ms: 100 }),
};

const event = (type: string, n: number, more: object = own[type]?.(n) ?? {}): string =>
  JSON.stringify({
    ...more,
    type,
    timestamp: "2026-11-21T07:24:04.797+0000",
    channel: channelOf(n),
    asterisk_id: "02:fc:00:00:00:01",
    application: "bench",
  });

function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, payload]);
}

const answer = JSON.stringify(channelOf(12));
const head = "HTTP/1.1 200 OK\r\nServer: Asterisk/22.10.1\r\nContent-type: application/json\r\n";
const channelReply = Buffer.from(`${head}Content-Length: ${Buffer.byteLength(answer)}\r\n\r\n${answer}`);

let served: Served = { requests: 0, connections: 0 };
let docs: ReadonlyMap<string, string> = new Map();
let events: Socket | undefined;

/** Requests without a body, which is all that the libraries send here; the bytes that are left over. */
function answerRequests(socket: Socket, text: string): string {
  let rest = text;
  for (let end = rest.indexOf("\r\n\r\n"); end >= 0; end = rest.indexOf("\r\n\r\n")) {
    const request = rest.slice(0, end);
    rest = rest.slice(end + 4);
    served = { ...served, requests: served.requests + 1 };
    const url = /^GET (\S+)/.exec(request)?.[1] ?? "";
    if (url.startsWith("/ari/channels/")) socket.write(channelReply);
    else if (url.startsWith("/ari/events")) upgrade(socket, request);
    else socket.write(documentReply(url));
  }
  return rest;
}

function documentReply(url: string): string {
  const found = docs.get(url.split("?")[0]?.replace("/ari/api-docs/", "") ?? "");
  const text = found ?? '{"message":"Resource not found"}';
  const status = found === undefined ? "404 Not Found" : "200 OK";
  return `HTTP/1.1 ${status}\r\nContent-type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

function upgrade(socket: Socket, request: string): void {
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const protocol = /^sec-websocket-protocol:/im.test(request) ? "Sec-WebSocket-Protocol: ari\r\n" : "";
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${protocol}Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  events = socket;
  const receiver = new ClientFrames((text) => answerFrame(socket, text));
  socket.removeAllListeners("data");
  socket.on("data", (chunk: Buffer) => receiver.push(chunk));
}

function answerFrame(socket: Socket, text: string): void {
  served = { ...served, requests: served.requests + 1 };
  const { request_id } = JSON.parse(text) as { request_id: string };
  const body = {
    type: "RESTResponse",
    request_id,
    status_code: 200,
    content_type: "application/json",
    message_body: answer,
  };
  socket.write(frame(JSON.stringify({ ...body, application: "bench" })));
}

const server = createServer((socket) => {
  served = { ...served, connections: served.connections + 1 };
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  let rest = "";
  socket.on("data", (chunk: Buffer) => {
    rest = answerRequests(socket, rest + chunk.toString("latin1"));
  });
});

async function stream(count: number): Promise<void> {
  const frames: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    frames.push(frame(event(STREAM_TYPES[i % STREAM_TYPES.length] ?? "", Math.floor(i / STREAM_TYPES.length))));
  }
  const all = Buffer.concat(frames);
  for (let at = 0; at < all.length; at += 65_536) {
    if (events?.write(all.subarray(at, at + 65_536)) === false)
      await new Promise((resolve) => events?.once("drain", resolve));
  }
}

async function promptness(): Promise<void> {
  for (let i = 0; i < 40; i++) {
    events?.write(frame(event("ChannelVarset", i, { variable: "SENT_AT", value: String(process.hrtime.bigint()) })));
    await sleep(15);
  }
  for (let i = 0; i < 20; i++) events?.write(frame(event("ChannelVarset", 1, { variable: "BURST", value: String(i) })));
  for (const digit of "1234") {
    events?.write(frame(event("ChannelDtmfReceived", 1, { digit, duration_ms: 60 })));
    await sleep(60);
  }
  await sleep(300);
}

process.on("message", async (order: { stream?: number; promptness?: true; served?: true }) => {
  if (order.stream !== undefined) await stream(order.stream);
  if (order.promptness === true) await promptness();
  process.send?.({ served });
  served = { requests: 0, connections: 0 };
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  docs = description(port);
  process.send?.({ port });
});
