import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { pacer } from "./pacer.ts";
import { formatRtp, formatTelephoneEvent, parseRtp, parseTelephoneEvent } from "./rtp.ts";
import { pcmu, telephoneEventType } from "./sdp.ts";
import { mixPayloads, voicePayload, whoSpeaks } from "./voices.ts";

/** So many packets in a row must say the same before it counts as heard: 60 ms. */
const agreement = 3;
/** Nothing for so long is silence. */
const silentAfterMs = 250;

/** One RTP stream to and from Asterisk: says its number's voice, and knows whom it hears. */
export class VoiceStream {
  readonly port: number;
  /** The digits that came as telephone events, in order. */
  digitsReceived = "";
  readonly #socket: Socket;
  readonly #voice: Uint8Array;
  readonly #ssrc = randomBytes(4).readUInt32BE();
  readonly #stopPacing: () => void;
  #remote: { readonly address: string; readonly port: number } | undefined;
  #sending = false;
  #sequence = randomBytes(2).readUInt16BE();
  #timestamp = randomBytes(4).readUInt32BE();
  #events: { readonly payload: Uint8Array; readonly first: boolean; readonly advance: number }[] = [];
  #mixed: readonly VoiceStream[] = [];
  #lastPayload: Uint8Array | undefined;
  #lastAt = 0;
  #candidate: readonly string[] = ["silence"];
  #agreed = 0;
  #heard: readonly string[] = ["silence"];
  #lastEventTimestamp: number | undefined;

  private constructor(socket: Socket, number: string) {
    this.#socket = socket;
    this.port = socket.address().port;
    this.#voice = voicePayload(number);
    socket.on("message", (bytes) => this.#receive(bytes));
    this.#stopPacing = pacer.add(() => this.#send());
  }

  /** Opens a stream on a free port of `address` for the voice of `number`. */
  static async open(address: string, number: string): Promise<VoiceStream> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, address, resolve);
    });
    socket.on("error", () => {});
    return new VoiceStream(socket, number);
  }

  /** Sends to that address from now on, or to nobody. */
  sendTo(remote: { readonly address: string; readonly port: number } | undefined): void {
    this.#remote = remote && remote.port > 0 ? remote : undefined;
  }

  /** Speaks, or is silent (held, or muted). */
  set sending(value: boolean) {
    this.#sending = value;
  }

  /** From now on says what those other streams hear besides its own voice: a phone's own conference. */
  mixWith(others: readonly VoiceStream[]): void {
    this.#mixed = others;
  }

  /** Whom it hears: numbers, sorted; or `music`, `silence`, `sound` (anything else). */
  hears(): readonly string[] {
    return performance.now() - this.#lastAt > silentAfterMs ? ["silence"] : this.#heard;
  }

  /** Sends digits as telephone events (RFC 4733), 100 ms each with 60 ms between. Resolves when they are out. */
  async sendDigits(digits: string): Promise<void> {
    const packets = 5;
    for (const digit of digits) {
      const at = (step: number): number => 160 * Math.min(step, packets);
      for (let step = 1; step <= packets + 2; step++) {
        const payload = formatTelephoneEvent({ digit, end: step >= packets, duration: at(step) });
        this.#events.push({ payload, first: step === 1, advance: step === packets + 2 ? at(step) + 480 : 0 });
      }
      for (let gap = 0; gap < 3; gap++) this.#events.push({ payload: new Uint8Array(), first: false, advance: 0 });
    }
    while (this.#events.length > 0 && this.#remote) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Ends the stream. */
  close(): void {
    this.#stopPacing();
    this.#remote = undefined;
    this.#socket.close();
  }

  #send(): void {
    const remote = this.#remote;
    if (!remote) return;
    const event = this.#events.shift();
    if (event) {
      if (event.payload.length > 0) this.#transmit(remote, telephoneEventType, event.payload, event.first);
      this.#timestamp += event.advance;
      return;
    }
    this.#timestamp += 160;
    if (!this.#sending) return;
    const others = this.#mixed.flatMap((stream) => stream.#freshPayload() ?? []);
    this.#transmit(remote, pcmu, others.length > 0 ? mixPayloads([this.#voice, ...others]) : this.#voice, false);
  }

  #freshPayload(): Uint8Array | undefined {
    return performance.now() - this.#lastAt > 100 ? undefined : this.#lastPayload;
  }

  #transmit(
    remote: { readonly address: string; readonly port: number },
    payloadType: number,
    payload: Uint8Array,
    marker: boolean,
  ): void {
    const packet = {
      payloadType,
      marker,
      sequence: this.#sequence++,
      timestamp: this.#timestamp,
      ssrc: this.#ssrc,
      payload,
    };
    this.#socket.send(formatRtp(packet), remote.port, remote.address);
  }

  #receive(bytes: Uint8Array): void {
    const packet = parseRtp(bytes);
    if (!packet) return;
    if (packet.payloadType === telephoneEventType) {
      const event = parseTelephoneEvent(packet.payload);
      // All packets of one event carry the time stamp of its beginning (RFC 4733 section 2.5.1.2).
      if (event?.end && packet.timestamp !== this.#lastEventTimestamp) {
        this.#lastEventTimestamp = packet.timestamp;
        this.digitsReceived += event.digit;
      }
      return;
    }
    if (packet.payloadType !== pcmu) return;
    this.#lastPayload = packet.payload;
    this.#lastAt = performance.now();
    const speakers = whoSpeaks(packet.payload);
    if (speakers.join() === this.#candidate.join()) this.#agreed++;
    else [this.#candidate, this.#agreed] = [speakers, 1];
    if (this.#agreed >= agreement) this.#heard = this.#candidate;
  }
}
