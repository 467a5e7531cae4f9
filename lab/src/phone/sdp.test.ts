import { describe, expect, it } from "vitest";
import { answerDirection, formatSdp, parseSdp, type MediaDirection } from "./sdp.ts";

const audio = {
  address: "127.0.0.1",
  port: 4000,
  direction: "sendrecv",
  payloadTypes: [0],
  telephoneEvent: 101,
} as const;

describe("a session description", () => {
  it("comes back from its own text as it was", () => {
    expect(parseSdp(formatSdp(audio, 1, 2))).toEqual(audio);
    expect(formatSdp(audio, 1, 2)).toContain("o=- 1 2 IN IP4 127.0.0.1\r\n");
  });

  it("takes the stream's own address before the session's", () => {
    const text = "v=0\r\nc=IN IP4 1.1.1.1\r\nm=audio 5 RTP/AVP 8 0\r\nc=IN IP4 2.2.2.2\r\na=sendonly\r\n";
    expect(parseSdp(text)).toEqual({ address: "2.2.2.2", port: 5, direction: "sendonly", payloadTypes: [8, 0] });
  });

  it("reads the old way to hold, address 0.0.0.0, as sendonly", () => {
    expect(parseSdp("c=IN IP4 0.0.0.0\r\nm=audio 5 RTP/AVP 0\r\n")?.direction).toBe("sendonly");
  });

  it("does not take a video stream's attributes for the voice's", () => {
    const text = "c=IN IP4 1.1.1.1\nm=audio 5 RTP/AVP 0\nm=video 6 RTP/AVP 99\na=inactive\n";
    expect(parseSdp(text)?.direction).toBe("sendrecv");
  });

  it.each(["", "v=0\r\n", "m=audio x RTP/AVP 0\r\nc=IN IP4 a\r\n", "m=audio 70000 RTP/AVP 0\r\nc=IN IP4 a\r\n"])(
    "is none: %j",
    (text) => {
      expect(parseSdp(text)).toBeUndefined();
    },
  );
});

describe("the answer to an offer", () => {
  it.each<[MediaDirection, MediaDirection, MediaDirection]>([
    ["sendrecv", "sendrecv", "sendrecv"],
    ["sendonly", "sendrecv", "recvonly"],
    ["recvonly", "sendrecv", "sendonly"],
    ["inactive", "sendrecv", "inactive"],
    ["sendrecv", "sendonly", "sendonly"],
    ["sendonly", "sendonly", "inactive"],
  ])("%s, where we want %s, is %s", (offered, wanted, expected) => {
    expect(answerDirection(offered, wanted)).toBe(expected);
  });
});
