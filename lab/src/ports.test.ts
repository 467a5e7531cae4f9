import { createServer, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { choosePorts } from "./ports.ts";

it("two instances never get the same ports, nor overlapping ones for RTP", async () => {
  const one = await choosePorts({}, {}, []);
  const other = await choosePorts({}, {}, [one]);
  const all = [one, other].flatMap(({ rtpStart: _start, rtpEnd: _end, ...single }) => Object.values(single));
  expect(new Set(all).size).toBe(all.length);
  expect(other.rtpStart > one.rtpEnd || one.rtpStart > other.rtpEnd).toBe(true);
});

it("a port that is in use is refused if it must be that one, and passed over if it is only preferred", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await expect(choosePorts({ ami: port }, {}, [])).rejects.toMatchObject({ code: "LAB_PORT_TAKEN" });
    expect((await choosePorts({}, { ami: port }, [])).ami).not.toBe(port);
  } finally {
    server.close();
  }
});
