/** Session descriptions (RFC 8866) with one audio stream, as offered and answered (RFC 3264); pure. */

/** Who may send, seen from the side that wrote it. */
export type MediaDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** The audio stream of a session description. */
export interface AudioDescription {
  readonly address: string;
  /** 0: the stream is refused. */
  readonly port: number;
  readonly direction: MediaDirection;
  /** Payload types in order of preference. */
  readonly payloadTypes: readonly number[];
  /** Payload type of telephone events, if the other side takes them. */
  readonly telephoneEvent?: number;
}

/** PCMU (RFC 3551), and telephone events at the usual dynamic type. */
export const pcmu = 0;
export const telephoneEventType = 101;

/** Writes a description; `version` must grow with every change in the same session. */
export function formatSdp(audio: AudioDescription, sessionId: number, version: number): string {
  const event = audio.telephoneEvent;
  return [
    "v=0",
    `o=- ${sessionId} ${version} IN IP4 ${audio.address}`,
    "s=-",
    `c=IN IP4 ${audio.address}`,
    "t=0 0",
    `m=audio ${audio.port} RTP/AVP ${[...audio.payloadTypes, ...(event === undefined ? [] : [event])].join(" ")}`,
    "a=rtpmap:0 PCMU/8000",
    ...(event === undefined ? [] : [`a=rtpmap:${event} telephone-event/8000`, `a=fmtp:${event} 0-16`]),
    "a=ptime:20",
    `a=${audio.direction}`,
    "",
  ].join("\r\n");
}

/** Reads the audio stream; undefined if there is none. The old way to hold, address 0.0.0.0, reads as `sendonly`. */
export function parseSdp(text: string): AudioDescription | undefined {
  let [session, media, direction]: [string?, string?, MediaDirection?] = [];
  let found: { port: number; types: number[] } | undefined;
  let telephoneEvent: number | undefined;
  for (const line of text.split(/\r?\n/u)) {
    const value = line.slice(2);
    if (line.startsWith("m=")) {
      if (found) break;
      const [kind, port, , ...types] = value.split(" ");
      if (kind === "audio") found = { port: Number.parseInt(port ?? "0", 10), types: types.map(Number) };
    } else if (line.startsWith("c=")) {
      const address = value.split(" ")[2];
      if (found) media = address;
      else session = address;
    } else if (/^a=(?:sendrecv|sendonly|recvonly|inactive)$/u.test(line)) {
      direction = value as MediaDirection;
    } else if (/^a=rtpmap:\d+ telephone-event\/8000/iu.test(line)) {
      telephoneEvent = Number.parseInt(line.slice("a=rtpmap:".length), 10);
    }
  }
  const address = media ?? session;
  if (!found || address === undefined || !(found.port >= 0 && found.port <= 65_535)) return undefined;
  return {
    address,
    port: found.port,
    direction: direction ?? (address === "0.0.0.0" ? "sendonly" : "sendrecv"),
    payloadTypes: found.types.filter((type) => type !== telephoneEvent),
    ...(telephoneEvent === undefined ? {} : { telephoneEvent }),
  };
}

/** What to answer to an offer, if we ourselves would like `wanted` (RFC 3264 section 6.1). */
export function answerDirection(offered: MediaDirection, wanted: MediaDirection): MediaDirection {
  const theySend = offered === "sendrecv" || offered === "sendonly";
  const theyReceive = offered === "sendrecv" || offered === "recvonly";
  const weSend = theyReceive && (wanted === "sendrecv" || wanted === "sendonly");
  const weReceive = theySend && (wanted === "sendrecv" || wanted === "recvonly");
  if (weSend) return weReceive ? "sendrecv" : "sendonly";
  return weReceive ? "recvonly" : "inactive";
}
