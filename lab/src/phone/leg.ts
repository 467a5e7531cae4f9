import { LabPhoneError } from "../errors.ts";
import { waitFor, type WaitOptions } from "../wait-for.ts";
import { Dialog, refusal } from "./dialog.ts";
import type { DigestAccount } from "./digest.ts";
import { MediaSession } from "./media-session.ts";
import { identitiesIn, type ShownIdentity } from "./shown-identity.ts";
import { headerOf, parseAddress, type SipHeader, type SipRequest, type SipResponse } from "./sip-message.ts";
import type { SipSocket } from "./sip-socket.ts";
import type { VoiceStream } from "./voice-stream.ts";

/** `calling`: we called, nothing rings yet. `ringing`: it rings there, or here. */
export type LegState = "calling" | "ringing" | "up" | "ended";

/** What a leg needs of its phone. */
export interface LegPhone {
  readonly number: string;
  readonly contact: string;
  readonly server: { readonly address: string; readonly port: number };
  readonly sip: SipSocket;
  readonly account?: DigestAccount;
  /** What the phone does on an in-dialog NOTIFY `talk` or `hold`. */
  readonly onNotify: "honour" | "ignore" | "refuse";
}

/** One call of a phone, in or out. A phone may have several. */
export class Leg {
  readonly direction: "in" | "out";
  /** The number of the phone whose call it is. */
  readonly number: string;
  /** The number that was called, or that calls. */
  readonly peer: string;
  /** Every status that came for our INVITE. */
  readonly statuses: number[] = [];
  /** Every identity that was shown to us, oldest first. */
  readonly identities: ShownIdentity[] = [];
  /** How far a REFER of ours has come: the statuses of its NOTIFYs (RFC 3515). */
  readonly transferStatuses: number[] = [];
  /** Who ended it. */
  endedBy: "us" | "them" | undefined;
  /** Why it ended: the Reason header of BYE or CANCEL, or the status that refused it. */
  endReason: string | undefined;
  readonly #phone: LegPhone;
  readonly #dialog: Dialog;
  readonly #media: MediaSession;
  #state: LegState;
  #invite: SipRequest | undefined;
  #changing: Promise<void> = Promise.resolve();

  private constructor(phone: LegPhone, voice: VoiceStream, dialog: Dialog, direction: "in" | "out", peer: string) {
    this.#phone = phone;
    this.number = phone.number;
    this.#media = new MediaSession(voice, phone.sip.address);
    this.#dialog = dialog;
    this.direction = direction;
    this.peer = peer;
    this.#state = direction === "in" ? "ringing" : "calling";
  }

  /** Calls a number: sends the INVITE and returns at once. */
  static place(phone: LegPhone, voice: VoiceStream, target: string, headers: readonly SipHeader[], from: string): Leg {
    const { address, port } = phone.server;
    const dialog = new Dialog(phone.sip, {
      local: `<sip:${from}@${phone.sip.address}>`,
      remote: `<sip:${target}@${address}>`,
      target: `sip:${target}@${address}:${port}`,
      contact: phone.contact,
      account: phone.account,
    });
    const leg = new Leg(phone, voice, dialog, "out", target);
    dialog.request("INVITE", (response) => leg.#onInviteResponse(response), headers, leg.#media.offer());
    return leg;
  }

  /** Takes a call that comes in and rings. */
  static receive(phone: LegPhone, voice: VoiceStream, invite: SipRequest): Leg {
    const caller = parseAddress(headerOf(invite, "from") ?? "").user;
    const leg = new Leg(phone, voice, Dialog.of(phone.sip, invite, phone.contact), "in", caller);
    leg.#invite = invite;
    leg.identities.push(...identitiesIn(invite));
    leg.#media.take(invite.body);
    leg.#dialog.respond(invite, 180, "Ringing");
    return leg;
  }

  /** The digits that came to it as telephone events, in order. */
  get digitsReceived(): string {
    return this.#media.voice.digitsReceived;
  }

  /** What passes between the two voices: what the phone's own conference mixes. */
  get voice(): VoiceStream {
    return this.#media.voice;
  }

  /** True if Asterisk asked this call for a password. */
  get challenged(): boolean {
    return this.#dialog.challenged;
  }

  /** How far the call is. */
  get state(): LegState {
    return this.#state;
  }

  /** SIP's Call-ID. */
  get callId(): string {
    return this.#dialog.callId;
  }

  /** True while we hold the call. */
  get holding(): boolean {
    return this.#media.holding;
  }

  /** True while the other side says that it does not listen. */
  get held(): boolean {
    return this.#media.held;
  }

  /** The identity that a person would see on the phone now: the last P-Asserted-Identity, else From. */
  get shows(): ShownIdentity | undefined {
    return this.identities.findLast(({ source }) => source === "P-Asserted-Identity") ?? this.identities.at(-1);
  }

  /** The INVITE that came in; undefined if we called. */
  get invitation(): SipRequest | undefined {
    return this.direction === "in" ? this.#invite : undefined;
  }

  /** Whom it hears: numbers, sorted; or `music`, `silence`, `sound` (anything else). */
  hears(): readonly string[] {
    return this.#state === "ended" ? ["silence"] : this.#media.voice.hears();
  }

  /** Answers. @throws LabPhoneError `SIP_WRONG_STATE` unless it rings here */
  answer(): void {
    const invite = this.#ringingInvite("answer");
    this.#state = "up";
    this.#dialog.respond(invite, 200, "OK", this.#media.answer());
    this.#media.speak();
  }

  /** Refuses: 486 busy, 603 decline, 480, 302 with a `contact` to go to instead… @throws LabPhoneError `SIP_WRONG_STATE` */
  reject(status = 486, reason = "Rejected", contact?: string): void {
    const invite = this.#ringingInvite("reject");
    this.#dialog.respond(invite, status, reason, "", contact);
    this.#end("us", `${status}`);
  }

  /** Gives up a call that we placed and that is not up. @throws LabPhoneError `SIP_WRONG_STATE` */
  cancel(): void {
    if (this.direction !== "out" || this.#state === "up" || this.#state === "ended") throw this.#wrongState("cancel");
    this.#dialog.cancel();
    this.endedBy = "us";
  }

  /** Ends the call, whatever its state: BYE, CANCEL, or a refusal. */
  hangUp(): void {
    if (this.#state === "ended") return;
    if (this.#state !== "up") return this.direction === "in" ? this.reject(603) : this.cancel();
    this.#dialog.request("BYE", () => {});
    this.#end("us", undefined);
  }

  /** Holds by re-INVITE with `a=sendonly`. @throws LabPhoneError `SIP_REFUSED`, `SIP_NO_ANSWER`, `SIP_WRONG_STATE` */
  hold(): Promise<void> {
    return this.#renegotiate("sendonly");
  }

  /** Retrieves what was held. Throws like {@link Leg.hold}. */
  retrieve(): Promise<void> {
    return this.#renegotiate("sendrecv");
  }

  /** Sends digits, as telephone events (RFC 4733) or by INFO `application/dtmf-relay`. */
  async sendDigits(digits: string, how: "rtp" | "info" = "rtp"): Promise<void> {
    if (this.#state !== "up") throw this.#wrongState("send digits");
    if (how === "rtp") return this.#media.voice.sendDigits(digits);
    for (const digit of digits) {
      const body = `Signal=${digit}\r\nDuration=160\r\n`;
      await this.#ask("INFO", [["Content-Type", "application/dtmf-relay"]], body);
    }
  }

  /**
   * Blind transfer: REFER (RFC 3515). Resolves when Asterisk has taken it; {@link Leg.transferStatuses} tells how it goes on.
   *
   * @throws LabPhoneError `SIP_REFUSED`, `SIP_NO_ANSWER`, `SIP_WRONG_STATE`
   */
  async blindTransfer(target: string): Promise<void> {
    await this.#refer(`sip:${target}@${this.#phone.server.address}:${this.#phone.server.port}`);
  }

  /**
   * Attended transfer: connects the other side of this leg with the other side of `consultation` by REFER with Replaces
   * (RFC 3891). Throws like {@link Leg.blindTransfer}.
   */
  async attendedTransfer(consultation: Leg): Promise<void> {
    const { target, replaces } = consultation.#dialog;
    await this.#refer(`${target}?Replaces=${encodeURIComponent(replaces)}`);
  }

  /** Resolves when it rings at the other side. */
  async waitUntilRinging(options?: WaitOptions): Promise<this> {
    return this.#waitForState("ringing", options);
  }

  /** Resolves when both sides are connected. */
  async waitUntilUp(options?: WaitOptions): Promise<this> {
    return this.#waitForState("up", options);
  }

  /** Resolves when the call is over. */
  async waitUntilEnded(options?: WaitOptions): Promise<this> {
    return this.#waitForState("ended", options);
  }

  /** Resolves when it hears exactly these: numbers, or `music`, `silence`, `sound`. */
  async waitToHear(whom: string | readonly string[], options?: WaitOptions): Promise<void> {
    const wanted = (typeof whom === "string" ? [whom] : [...whom]).sort().join(" and ");
    await waitFor(() => this.hears().join(" and ") === wanted, {
      what: () =>
        `${this.number} to hear ${wanted} in its call with ${this.peer}; that call is ${this.#state} and it hears ${this.hears().join(" and ")}`,
      ...options,
    });
  }

  /** A request within this call; its phone passes it on. */
  onRequest(request: SipRequest): void {
    this.identities.push(...identitiesIn(request));
    switch (request.method) {
      case "INVITE":
        this.#dialog.learn(request);
        return this.#onOffer(request);
      case "UPDATE":
        return request.body === "" ? this.#dialog.respond(request, 200, "OK") : this.#onOffer(request);
      case "BYE":
        this.#dialog.respond(request, 200, "OK");
        return this.#end("them", headerOf(request, "reason"));
      case "CANCEL":
        this.#dialog.respond(request, 200, "OK");
        if (this.#state !== "ringing" || !this.#invite) return;
        this.#dialog.respond(this.#invite, 487, "Request Terminated");
        return this.#end("them", headerOf(request, "reason") ?? "cancelled");
      case "NOTIFY":
        return this.#onNotify(request);
      default:
        return this.#dialog.respond(request, 200, "OK");
    }
  }

  /** Frees the leg without a word to anybody: its phone is going away. */
  abandon(): void {
    this.#end("us", "abandoned");
  }

  #onNotify(request: SipRequest): void {
    const event = (headerOf(request, "event") ?? "").split(";")[0]?.trim();
    if (event === "refer") {
      const status = /^SIP\/2\.0 (\d{3})/u.exec(request.body)?.[1];
      if (status) this.transferStatuses.push(Number(status));
      return this.#dialog.respond(request, 200, "OK");
    }
    const honoured = event === "talk" || event === "hold";
    if (this.#phone.onNotify === "refuse" || !honoured) return this.#dialog.respond(request, 489, "Bad Event");
    this.#dialog.respond(request, 200, "OK");
    if (this.#phone.onNotify === "ignore") return;
    if (event === "talk" && this.direction === "in" && this.#state === "ringing") this.answer();
    else if (event === "talk" && this.holding) this.retrieve().catch(() => {});
    else if (event === "hold" && this.#state === "up" && !this.holding) this.hold().catch(() => {});
  }

  #onOffer(request: SipRequest): void {
    this.#media.take(request.body);
    // Without an offer we must make one ourselves (RFC 3261 section 14.2).
    this.#dialog.respond(request, 200, "OK", request.body === "" ? this.#media.offer() : this.#media.answer());
    this.#media.speak();
  }

  #onInviteResponse(response: SipResponse): void {
    this.statuses.push(response.status);
    if (response.status >= 300) return this.#end(this.endedBy ?? "them", `${response.status}`);
    if (response.status === 100) return;
    this.identities.push(...identitiesIn(response));
    this.#dialog.learn(response);
    if (response.body !== "") this.#media.take(response.body);
    if (response.status < 200) {
      if (this.#state === "calling") this.#state = "ringing";
      return;
    }
    this.#dialog.acknowledge(response);
    if (this.#state === "ended") return;
    this.#state = "up";
    // A 200 may cross our CANCEL: then the call is up after all, and must be ended.
    if (this.endedBy === "us") return this.hangUp();
    this.#media.speak();
  }

  #renegotiate(direction: "sendrecv" | "sendonly"): Promise<void> {
    const before = this.#changing;
    const change = (async () => {
      await before;
      for (let tries = 0; ; tries++) {
        if (this.#state !== "up") throw this.#wrongState(direction === "sendonly" ? "hold" : "retrieve");
        const response = await this.#dialog.exchange("INVITE", [], this.#media.offer(direction));
        if (response.status < 300) return this.#media.agree(direction, response.body);
        // 491: both sides asked at once; ours must wait 0 to 2 s (RFC 3261 section 14.1).
        if (response.status !== 491 || tries === 5) throw refusal(`a re-INVITE of ${this.number}`, response);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));
      }
    })();
    this.#changing = change.catch(() => {});
    return change;
  }

  async #refer(target: string): Promise<void> {
    if (this.#state !== "up") throw this.#wrongState("transfer");
    await this.#ask("REFER", [
      ["Refer-To", `<${target}>`],
      ["Referred-By", `<sip:${this.number}@${this.#phone.server.address}>`],
    ]);
  }

  async #ask(method: string, headers: readonly SipHeader[], body = ""): Promise<void> {
    const response = await this.#dialog.exchange(method, headers, body);
    if (response.status >= 300) throw refusal(`${method} of ${this.number}`, response);
  }

  #end(by: "us" | "them", reason: string | undefined): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.endedBy ??= by;
    this.endReason = reason;
    this.#media.voice.close();
  }

  async #waitForState(state: LegState, options?: WaitOptions): Promise<this> {
    const order: LegState[] = ["calling", "ringing", "up", "ended"];
    await waitFor(
      () => {
        if (this.#state === "ended" && state !== "ended") {
          const message = `The call of ${this.number} with ${this.peer} ended (${this.endReason ?? "BYE"}) before it was ${state}.`;
          throw new LabPhoneError("SIP_REFUSED", message);
        }
        return order.indexOf(this.#state) >= order.indexOf(state);
      },
      {
        what: () => `the call of ${this.number} with ${this.peer} to be ${state}; it is ${this.#state}`,
        ...options,
      },
    );
    return this;
  }

  #ringingInvite(verb: string): SipRequest {
    if (this.direction !== "in" || this.#state !== "ringing" || !this.#invite) throw this.#wrongState(verb);
    return this.#invite;
  }

  #wrongState(verb: string): LabPhoneError {
    return new LabPhoneError(
      "SIP_WRONG_STATE",
      `${this.number} cannot ${verb}: its call with ${this.peer} is ${this.#state}, ${this.direction === "in" ? "coming in" : "going out"}.`,
    );
  }
}
