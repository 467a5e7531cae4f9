import { createSocket } from "node:dgram";
import { createServer, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { portsNotHeld, socketsAt } from "./listening.ts";

it("finds the listener of a port, and not the connections from or to it", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:13AE 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1",
    "   1: 0100007F:13AE 0100007F:C000 01 00000000:00000000 00:00000000 00000000     0        0 222 1",
    "   2: 0100007F:C000 0100007F:13AE 01 00000000:00000000 00:00000000 00000000     0        0 333 1",
  ].join("\n");
  expect(socketsAt(table, 5038)).toEqual(["111"]);
  expect(socketsAt(table, 5039)).toEqual([]);
});

it("knows which ports a process holds, and which it does not", async () => {
  const servers = Array.from({ length: 4 }, () => createServer());
  const udp = createSocket("udp4");
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))));
  await new Promise<void>((resolve) => udp.bind(0, "127.0.0.1", resolve));
  try {
    const [ami = 0, amiTls = 0, http = 0, https = 0] = servers.map((server) => (server.address() as AddressInfo).port);
    const ports = { ami, amiTls, http, https, sip: udp.address().port, chanSip: 0, load: 0, rtpStart: 0, rtpEnd: 0 };
    expect(await portsNotHeld(process.pid, ports)).toEqual([]);
    expect(await portsNotHeld(process.pid, { ...ports, http: 1, sip: 1 })).toEqual([1, 1]);
    expect(await portsNotHeld(process.ppid, ports)).toHaveLength(5);
  } finally {
    for (const server of servers) server.close();
    udp.close();
  }
});
