import { setTimeout as delay } from "node:timers/promises";
import { LabPhoneError } from "../errors.ts";
import { waitFor, type WaitOptions } from "../wait-for.ts";
import { Dialog, refusal } from "./dialog.ts";
import type { DigestAccount } from "./digest.ts";
import { Leg, type LegPhone } from "./leg.ts";
import { headerOf, requiredHeader, type SipHeader, type SipMessage, type SipRequest } from "./sip-message.ts";
import { SipSocket } from "./sip-socket.ts";
import { VoiceStream } from "./voice-stream.ts";

/** What a phone does when it is called: answers (at once or later), rings on, or refuses with a status. */
export type OnCall = "answer" | "ring" | { readonly answerAfterMs: number } | { readonly reject: number };

/** How a phone is and behaves. */
export interface PhoneOptions {
  /** On a call; `answer` unless told. May be changed later: {@link Phone.onCall}. */
  readonly onCall?: OnCall;
  /** On an in-dialog NOTIFY `talk` or `hold`; `honour` unless told. */
  readonly onNotify?: "honour" | "ignore" | "refuse";
  /** Answers at once a call whose Call-Info says `answer-after=0`; true unless told. */
  readonly autoAnswer?: boolean;
  /** Calls it takes at the same time; one more is refused with 486. No limit unless told. */
  readonly lines?: number;
  /** What it proves its identity with, where Asterisk asks. */
  readonly account?: DigestAccount;
  /** The number it calls from, if not its own: the outside world behind a trunk. */
  readonly from?: string;
  /** Its address; 127.0.0.1 unless told. */
  readonly address?: string;
  /** Asterisk's SIP port. */
  readonly server: { readonly address: string; readonly port: number };
}

/** One SIP message, with the time at which it passed. */
export interface LoggedMessage {
  /** Milliseconds since 1970 (UTC). */
  readonly at: number;
  readonly sent: boolean;
  readonly message: SipMessage;
}

const keptMessages = 5000;

/** A SIP phone that registers, calls, is called, and says whom it hears. */
export class Phone {
  readonly number: string;
  /** The SIP messages that came or went, the last 5000 at least. */
  readonly messages: readonly LoggedMessage[];
  /** What it does when it is called next. */
  onCall: OnCall;
  readonly #sip: SipSocket;
  readonly #options: PhoneOptions;
  readonly #legs: Leg[] = [];
  #registered = false;
  #stopped = false;

  private constructor(number: string, sip: SipSocket, options: PhoneOptions, messages: readonly LoggedMessage[]) {
    this.number = number;
    this.messages = messages;
    this.#sip = sip;
    this.#options = options;
    this.onCall = options.onCall ?? "answer";
  }

  /** Starts a phone on a free port and registers it. @throws LabPhoneError `SIP_REFUSED`, `SIP_NO_ANSWER` */
  static async start(number: string, options: PhoneOptions): Promise<Phone> {
    const messages: LoggedMessage[] = [];
    let onRequest: (request: SipRequest) => void = () => {};
    const sip = await SipSocket.open({
      address: options.address ?? "127.0.0.1",
      server: options.server,
      onRequest: (request) => onRequest(request),
      onMessage: (message, sent) => {
        messages.push({ at: Date.now(), sent, message });
        if (messages.length > 2 * keptMessages) messages.splice(0, keptMessages);
      },
    });
    const phone = new Phone(number, sip, options, messages);
    onRequest = (request) => phone.#onRequest(request);
    try {
      await phone.#register(3600);
    } catch (error) {
      sip.close();
      throw error;
    }
    phone.#registered = true;
    return phone;
  }

  /** Its SIP port. */
  get port(): number {
    return this.#sip.port;
  }

  /** Its calls that are not over, oldest first. */
  get legs(): readonly Leg[] {
    return this.#legs.filter((leg) => leg.state !== "ended");
  }

  /** All calls it ever had. */
  get allLegs(): readonly Leg[] {
    return this.#legs;
  }

  /** Calls a number; resolves when the INVITE is out. `headers` go into it. */
  async call(target: string, headers: readonly SipHeader[] = []): Promise<Leg> {
    const voice = await VoiceStream.open(this.#sip.address, this.number);
    const leg = Leg.place(this.#legPhone(), voice, target, headers, this.#options.from ?? this.number);
    this.#legs.push(leg);
    return leg;
  }

  /** The next call that comes in, or has come in and not been asked for yet. */
  async waitForCall(options?: WaitOptions): Promise<Leg> {
    return waitFor(() => this.#legs.find((leg) => leg.direction === "in" && !this.#handedOut.has(leg)), {
      what: `a call to ${this.number}`,
      ...options,
    }).then((leg) => {
      this.#handedOut.add(leg);
      return leg;
    });
  }
  readonly #handedOut = new WeakSet<Leg>();

  /** The phone's own conference: from now on each of these legs hears the phone and all the others. */
  conference(...legs: readonly Leg[]): void {
    for (const leg of legs) leg.voice.mixWith(legs.filter((other) => other !== leg).map((other) => other.voice));
  }

  /** Whom it hears in the only call it has. @throws LabPhoneError `SIP_WRONG_STATE` if it has none, or several */
  hears(): readonly string[] {
    return this.#onlyLeg().hears();
  }

  /** Ends all calls, unregisters, and frees the port. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const open = this.legs;
    for (const leg of open) leg.hangUp();
    await Promise.race([
      waitFor(() => open.every((leg) => leg.state === "ended"), { timeoutMs: 1000 }).catch(() => {}),
      delay(1000),
    ]);
    for (const leg of this.legs) leg.abandon();
    if (this.#registered) await this.#register(0).catch(() => {});
    this.#sip.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #onlyLeg(): Leg {
    const [leg, ...more] = this.legs;
    if (!leg || more.length > 0) {
      throw new LabPhoneError("SIP_WRONG_STATE", `${this.number} has ${this.legs.length} calls, not one: ask the leg.`);
    }
    return leg;
  }

  #legPhone(): LegPhone {
    const { account, onNotify = "honour", server } = this.#options;
    return {
      number: this.number,
      contact: this.#contact,
      server,
      sip: this.#sip,
      onNotify,
      ...(account ? { account } : {}),
    };
  }

  get #contact(): string {
    return `sip:${this.number}@${this.#sip.address}:${this.port}`;
  }

  #onRequest(request: SipRequest): void {
    const callId = requiredHeader(request, "call-id");
    const leg = this.#legs.find((one) => one.callId === callId);
    if (leg) return leg.onRequest(request);
    if (request.method === "INVITE") void this.#onInvite(request);
    else if (request.method === "OPTIONS" || request.method === "NOTIFY") this.#sip.respond(request, 200, "OK");
    else this.#sip.respond(request, 481, "Call/Transaction Does Not Exist");
  }

  async #onInvite(invite: SipRequest): Promise<void> {
    if (this.#stopped) return this.#sip.respond(invite, 480, "Temporarily Unavailable");
    if (this.legs.length >= (this.#options.lines ?? Number.POSITIVE_INFINITY)) {
      return this.#sip.respond(invite, 486, "Busy Here");
    }
    const { onCall } = this;
    const voice = await VoiceStream.open(this.#sip.address, this.number);
    const leg = Leg.receive(this.#legPhone(), voice, invite);
    this.#legs.push(leg);
    const auto =
      (this.#options.autoAnswer ?? true) && /answer-after\s*=\s*0/u.test(headerOf(invite, "call-info") ?? "");
    if (auto || onCall === "answer") return leg.answer();
    if (onCall === "ring") return;
    if ("reject" in onCall) return leg.reject(onCall.reject);
    await delay(onCall.answerAfterMs);
    if (leg.state === "ringing") leg.answer();
  }

  async #register(expires: number): Promise<void> {
    const { server, account } = this.#options;
    const uri = `sip:${server.address}:${server.port}`;
    const own = `<sip:${this.number}@${server.address}>`;
    const dialog = new Dialog(this.#sip, { local: own, remote: own, target: uri, contact: this.#contact, account });
    const response = await dialog.exchange("REGISTER", [["Expires", `${expires}`]]);
    if (response.status >= 300) throw refusal(`REGISTER of ${this.number}`, response);
  }
}
