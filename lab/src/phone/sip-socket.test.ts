import { createSocket } from "node:dgram";
import { describe, expect, it } from "vitest";
import { waitFor } from "../wait-for.ts";
import { formatSip, headerOf, parseSip, requiredHeader, type SipRequest, type SipResponse } from "./sip-message.ts";
import { SipSocket } from "./sip-socket.ts";

/** The other side of a SIP socket: sends what it is told, and keeps what comes. */
async function peer() {
  const socket = createSocket("udp4");
  const received: string[] = [];
  const requests: SipRequest[] = [];
  socket.on("message", (bytes) => received.push(bytes.toString()));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const server = { address: "127.0.0.1", port: socket.address().port };
  const sip = await SipSocket.open({ address: "127.0.0.1", server, onRequest: (request) => requests.push(request) });
  return {
    sip,
    received,
    requests,
    send: (bytes: Uint8Array | string) => socket.send(bytes, sip.port, "127.0.0.1"),
    respond: (status: number) => {
      const request = parseSip(Buffer.from(received[0] ?? ""));
      const headers = ["Via", "From", "To", "Call-ID", "CSeq"].map(
        (name) => [name, requiredHeader(request, name)] as const,
      );
      socket.send(formatSip({ status, reason: "x", headers, body: "" }), sip.port, "127.0.0.1");
    },
    [Symbol.asyncDispose]: async () => {
      sip.close();
      socket.close();
    },
  };
}

function request(method: string, branch = "z9hG4bK1"): SipRequest {
  return {
    method,
    uri: "sip:1002@127.0.0.1",
    headers: [
      ["Via", `SIP/2.0/UDP 127.0.0.1:1;branch=${branch}`],
      ["From", "<sip:1000@a>;tag=1"],
      ["To", "<sip:1002@a>"],
      ["Call-ID", "1"],
      ["CSeq", `1 ${method}`],
    ],
    body: "",
  };
}

describe("a SIP socket", () => {
  it("sends a request again until an answer comes, and then no more", async () => {
    await using other = await peer();
    const responses: SipResponse[] = [];
    other.sip.request(request("OPTIONS"), (response) => responses.push(response));
    await waitFor(() => other.received.length === 2, { what: "the request to come twice" });
    expect(other.received[1]).toBe(other.received[0]);
    other.respond(200);
    await waitFor(() => responses.length === 1);
    other.respond(200);
    other.send(formatSip(request("OPTIONS", "z9hG4bKmark")));
    await waitFor(() => other.requests.length === 1);
    expect(responses.map(({ status }) => status)).toEqual([200]);
    expect(other.received).toHaveLength(2);
  });

  it("acknowledges a refused INVITE by itself, with the INVITE's branch", async () => {
    await using other = await peer();
    other.sip.request(request("INVITE"), () => {});
    await waitFor(() => other.received.length === 1);
    other.respond(486);
    await waitFor(() => other.received.length === 2);
    const [invite, ack] = other.received.map((text) => parseSip(Buffer.from(text)));
    expect(ack).toMatchObject({ method: "ACK" });
    expect(ack && headerOf(ack, "via")).toBe(invite && headerOf(invite, "via"));
    expect(ack && headerOf(ack, "cseq")).toBe("1 ACK");
  });

  it("answers a repeated request with the same bytes, and tells its owner once", async () => {
    await using other = await peer();
    other.send(formatSip(request("OPTIONS")));
    const [asked] = await waitFor(() => other.requests.length === 1 && other.requests);
    if (asked) other.sip.respond(asked, 200, "OK");
    await waitFor(() => other.received.length === 1);
    other.send(formatSip(request("OPTIONS")));
    await waitFor(() => other.received.length === 2);
    expect(other.received[1]).toBe(other.received[0]);
    expect(other.requests).toHaveLength(1);
  });

  it("repeats its answer to an INVITE until the ACK comes", async () => {
    await using other = await peer();
    other.send(formatSip(request("INVITE")));
    const [asked] = await waitFor(() => other.requests.length === 1 && other.requests);
    if (asked) other.sip.respond(asked, 486, "Busy Here");
    await waitFor(() => other.received.length === 2, { what: "the answer to come twice" });
    other.send(formatSip(request("ACK")));
    other.send(formatSip(request("OPTIONS", "z9hG4bK2")));
    await waitFor(() => other.requests.length === 2);
    expect(other.received).toHaveLength(2);
  });

  it.each([
    "",
    "\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "SIP/2.0 200 OK\r\nVia\r\n\r\n",
    "INVITE sip:a SIP/2.0\r\n\r\n",
    "\0".repeat(9000),
  ])("lives on after %j", async (garbage) => {
    await using other = await peer();
    other.send(garbage);
    other.send(formatSip(request("OPTIONS")));
    await waitFor(() => other.requests.some(({ method }) => method === "OPTIONS"));
    expect(other.received).toEqual([]);
  });
});
