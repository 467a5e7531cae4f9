import { randomBytes } from "node:crypto";
import { answerDirection, formatSdp, parseSdp, pcmu, telephoneEventType, type MediaDirection } from "./sdp.ts";
import type { VoiceStream } from "./voice-stream.ts";

/** What both sides have agreed on about the voice of one call: offers, answers, and who is on hold. */
export class MediaSession {
  readonly voice: VoiceStream;
  readonly #address: string;
  readonly #id: number = randomBytes(4).readUInt32BE();
  #version = 0;
  #wanted: MediaDirection = "sendrecv";
  #offered: MediaDirection = "sendrecv";

  constructor(voice: VoiceStream, address: string) {
    this.voice = voice;
    this.#address = address;
  }

  /** True while our side holds. */
  get holding(): boolean {
    return this.#wanted === "sendonly";
  }

  /** True while the other side says that it does not listen. */
  get held(): boolean {
    return this.#offered === "sendonly" || this.#offered === "inactive";
  }

  /** An offer of ours; it counts once {@link MediaSession.agree} is called with the answer. */
  offer(direction: MediaDirection = this.#wanted): string {
    const audio = {
      address: this.#address,
      port: this.voice.port,
      direction,
      payloadTypes: [pcmu],
      telephoneEvent: telephoneEventType,
    };
    return formatSdp(audio, this.#id, ++this.#version);
  }

  /** Takes an offer or an answer of the other side; one that describes no voice changes nothing. */
  take(body: string): void {
    const audio = parseSdp(body);
    if (!audio) return;
    this.#offered = audio.direction;
    this.voice.sendTo(audio);
  }

  /** Our answer to what {@link MediaSession.take} took. */
  answer(): string {
    return this.offer(answerDirection(this.#offered, this.#wanted));
  }

  /** The other side has answered our offer: from now on the direction offered holds. */
  agree(direction: MediaDirection, answer: string): void {
    this.#wanted = direction;
    this.take(answer);
    this.speak();
  }

  /** The call is up, or has changed: speaks if both sides want it. */
  speak(): void {
    this.voice.sending = this.#wanted === "sendrecv" && (this.#offered === "sendrecv" || this.#offered === "recvonly");
  }
}
