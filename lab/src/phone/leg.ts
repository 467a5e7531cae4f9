import { randomBytes } from "node:crypto";
import { LabPhoneError } from "../errors.ts";
import { waitFor, type WaitOptions } from "../wait-for.ts";
import { Dialog, allowedMethods, sequenceOf } from "./dialog.ts";
import { answerChallenge, type DigestAccount } from "./digest.ts";
import { answerDirection, formatSdp, parseSdp, pcmu, telephoneEventType, type MediaDirection } from "./sdp.ts";
import { headerOf, headersOf, parseAddress, type SipHeader, type SipRequest, type SipResponse } from "./sip-message.ts";
import { SipSocket } from "./sip-socket.ts";
import type { VoiceStream } from "./voice-stream.ts";

/** `calling`: we called, nothing rings yet. `ringing`: it rings there, or here. */
export type LegState = "calling" | "ringing" | "up" | "ended";

/** Who the other side said it is, in one message. */
export interface ShownIdentity {
  readonly name: string;
  readonly number: string;
  /** Which header said so. */
  readonly source: "From" | "P-Asserted-Identity";
  /** The method or status of the message. */
  readonly message: string;
}

/** What a leg needs of its phone. */
export interface LegPhone {
  readonly number: string;
  readonly address: string;
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
  /** Every status that came for our INVITEs. */
  readonly statuses: number[] = [];
  /** Every identity that was shown to us, oldest first. */
  readonly identities: ShownIdentity[] = [];
  /** How far a REFER of ours has come: the statuses of its NOTIFYs (RFC 3515). */
  readonly transferStatuses: number[] = [];
  /** Who ended it. */
  endedBy: "us" | "them" | undefined;
  /** Why it ended: the Reason header of BYE or CANCEL, or the status that refused it. */
  endReason: string | undefined;
  readonly voice: VoiceStream;
  readonly #phone: LegPhone;
  readonly #dialog: Dialog;
  readonly #sessionId: number = randomBytes(4).readUInt32BE();
  #state: LegState;
  #sdpVersion = 0;
  #invite: SipRequest | undefined;
  #triedPassword = false;
  #wanted: MediaDirection = "sendrecv";
  #offered: MediaDirection = "sendrecv";
  #changing: Promise<void> = Promise.resolve();

  private constructor(phone: LegPhone, voice: VoiceStream, dialog: Dialog, direction: "in" | "out", peer: string) {
    this.#phone = phone;
    this.number = phone.number;
    this.voice = voice;
    this.#dialog = dialog;
    this.direction = direction;
    this.peer = peer;
    this.#state = direction === "in" ? "ringing" : "calling";
  }

  /** Calls a number: sends the INVITE and returns at once. */
  static place(phone: LegPhone, voice: VoiceStream, target: string, headers: readonly SipHeader[], from: string): Leg {
    const { address, port } = phone.server;
    const dialog = new Dialog({
      callId: `${randomBytes(10).toString("hex")}@${phone.address}`,
      local: `<sip:${from}@${phone.address}>`,
      remote: `<sip:${target}@${address}>`,
      target: `sip:${target}@${address}:${port}`,
      contact: phone.contact,
    });
    const leg = new Leg(phone, voice, dialog, "out", target);
    leg.#sendInvite(headers);
    return leg;
  }

  /** Takes a call that comes in and rings. */
  static receive(phone: LegPhone, voice: VoiceStream, invite: SipRequest): Leg {
    const leg = new Leg(
      phone,
      voice,
      Dialog.of(invite, phone.contact),
      "in",
      parseAddress(headerOf(invite, "from") ?? "").user,
    );
    leg.#invite = invite;
    leg.#noteIdentities(invite, "INVITE");
    leg.#takeOffer(invite.body);
    leg.#respond(invite, 180, "Ringing");
    return leg;
  }

  get state(): LegState {
    return this.#state;
  }

  get callId(): string {
    return this.#dialog.callId;
  }

  /** True while we hold the call. */
  get holding(): boolean {
    return this.#wanted === "sendonly";
  }

  /** True while the other side says that it does not listen. */
  get held(): boolean {
    return this.#offered === "sendonly" || this.#offered === "inactive";
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
    return this.#state === "ended" ? ["silence"] : this.voice.hears();
  }

  /** Answers. @throws LabPhoneError `SIP_WRONG_STATE` unless it rings here */
  answer(): void {
    const invite = this.#ringingInvite("answer");
    this.#state = "up";
    this.#respond(invite, 200, "OK", this.#describe(answerDirection(this.#offered, this.#wanted)));
    this.#setSending();
  }

  /** Refuses: 486 busy, 603 decline, 480, 302 with a `contact` to go to instead… @throws LabPhoneError `SIP_WRONG_STATE` */
  reject(status = 486, reason = "Rejected", contact?: string): void {
    const invite = this.#ringingInvite("reject");
    this.#respond(invite, status, reason, "", contact ? [["Contact", `<${contact}>`]] : []);
    this.#end("us", `${status}`);
  }

  /** Gives up a call that we placed and that is not up. @throws LabPhoneError `SIP_WRONG_STATE` */
  cancel(): void {
    if (this.direction !== "out" || this.#state === "up" || this.#state === "ended" || !this.#invite)
      throw this.#wrongState("cancel");
    const invite = this.#invite;
    const keep = invite.headers.filter(([name]) => ["From", "To", "Call-ID", "Max-Forwards"].includes(name));
    this.#phone.sip.send(
      { method: "CANCEL", uri: invite.uri, headers: [...keep, ["CSeq", `${sequenceOf(invite)} CANCEL`]], body: "" },
      SipSocket.branchOf(invite),
    );
    this.endedBy = "us";
  }

  /** Ends the call, whatever its state: BYE, CANCEL, or a refusal. */
  hangUp(): void {
    if (this.#state === "ended") return;
    if (this.#state !== "up") return this.direction === "in" ? this.reject(603) : this.cancel();
    this.#phone.sip.request(this.#dialog.request("BYE"), () => {});
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
    if (how === "rtp") return this.voice.sendDigits(digits);
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
    const { callId, remoteTag, localTag, target } = consultation.#dialog;
    const replaces = encodeURIComponent(`${callId};to-tag=${remoteTag};from-tag=${localTag}`);
    await this.#refer(`${target}?Replaces=${replaces}`);
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
        `${this.#phone.number} to hear ${wanted} in its call with ${this.peer}; that call is ${this.#state} and it hears ${this.hears().join(" and ")}`,
      ...options,
    });
  }

  /** A request within this call; its phone passes it on. */
  onRequest(request: SipRequest): void {
    this.#noteIdentities(request, request.method);
    switch (request.method) {
      case "INVITE":
      case "UPDATE": {
        if (request.method === "INVITE") this.#dialog.learn(request);
        if (request.body === "")
          return this.#respond(request, 200, "OK", request.method === "INVITE" ? this.#describe(this.#wanted) : "");
        this.#takeOffer(request.body);
        this.#respond(request, 200, "OK", this.#describe(answerDirection(this.#offered, this.#wanted)));
        return this.#setSending();
      }
      case "BYE":
        this.#respond(request, 200, "OK");
        return this.#end("them", headerOf(request, "reason"));
      case "CANCEL":
        this.#respond(request, 200, "OK");
        if (this.#state !== "ringing" || !this.#invite) return;
        this.#respond(this.#invite, 487, "Request Terminated");
        return this.#end("them", headerOf(request, "reason") ?? "cancelled");
      case "NOTIFY":
        return this.#onNotify(request);
      default:
        return this.#respond(request, 200, "OK");
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
      return this.#respond(request, 200, "OK");
    }
    const honoured = event === "talk" || event === "hold";
    if (this.#phone.onNotify === "refuse" || !honoured) return this.#respond(request, 489, "Bad Event");
    this.#respond(request, 200, "OK");
    if (this.#phone.onNotify === "ignore") return;
    if (event === "talk" && this.direction === "in" && this.#state === "ringing") this.answer();
    else if (event === "talk" && this.holding) this.retrieve().catch(() => {});
    else if (event === "hold" && this.#state === "up" && !this.holding) this.hold().catch(() => {});
  }

  #sendInvite(more: readonly SipHeader[]): void {
    const invite = this.#dialog.request("INVITE", more, this.#describe("sendrecv"));
    this.#invite = this.#phone.sip.request(invite, (response) => this.#onInviteResponse(response, more));
  }

  #onInviteResponse(response: SipResponse, more: readonly SipHeader[]): void {
    this.statuses.push(response.status);
    const challenge = headerOf(response, "www-authenticate") ?? headerOf(response, "proxy-authenticate");
    if (
      (response.status === 401 || response.status === 407) &&
      challenge &&
      this.#phone.account &&
      !this.#triedPassword
    ) {
      this.#triedPassword = true;
      const { uri } = this.#dialog.request("INVITE");
      const answer = answerChallenge(challenge, this.#phone.account, "INVITE", uri, randomBytes(8).toString("hex"));
      const header = response.status === 401 ? "Authorization" : "Proxy-Authorization";
      if (answer) return this.#sendInvite([...more, [header, answer]]);
    }
    if (response.status >= 300) return this.#end(this.endedBy ?? "them", `${response.status}`);
    if (response.status === 100) return;
    this.#noteIdentities(response, `${response.status}`);
    this.#dialog.learn(response);
    if (response.body !== "") this.#takeOffer(response.body);
    if (response.status < 200) {
      if (this.#state === "calling") this.#state = "ringing";
      return;
    }
    if (this.#invite) this.#phone.sip.send(this.#dialog.request("ACK", [], "", sequenceOf(response)));
    // A 200 may cross our CANCEL: then the call is up after all, and must be ended.
    if (this.endedBy === "us" && this.#state !== "up") {
      this.#state = "up";
      return this.hangUp();
    }
    if (this.#state === "ended") return;
    this.#state = "up";
    this.#setSending();
  }

  #renegotiate(direction: "sendrecv" | "sendonly"): Promise<void> {
    const before = this.#changing;
    const change = (async () => {
      await before;
      for (let tries = 0; ; tries++) {
        if (this.#state !== "up") throw this.#wrongState(direction === "sendonly" ? "hold" : "retrieve");
        const response = await this.#exchange("INVITE", [], this.#describe(direction));
        if (response.status < 300) {
          this.#wanted = direction;
          this.#takeOffer(response.body);
          return this.#setSending();
        }
        // 491: both sides asked at once; ours must wait 0 to 2 s (RFC 3261 section 14.1).
        if (response.status !== 491 || tries === 5) throw this.#refused("re-INVITE", response);
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
      ["Referred-By", `<sip:${this.#phone.number}@${this.#phone.server.address}>`],
    ]);
  }

  async #ask(method: string, headers: readonly SipHeader[], body = ""): Promise<void> {
    const response = await this.#exchange(method, headers, body);
    if (response.status >= 300) throw this.#refused(method, response);
  }

  #exchange(method: string, headers: readonly SipHeader[], body: string): Promise<SipResponse> {
    return new Promise((resolve) => {
      const request = this.#dialog.request(method, headers, body);
      this.#phone.sip.request(request, (response) => {
        if (response.status < 200) return;
        if (method === "INVITE" && response.status < 300) {
          this.#dialog.learn(response);
          this.#phone.sip.send(this.#dialog.request("ACK", [], "", sequenceOf(response)));
        }
        resolve(response);
      });
    });
  }

  #respond(request: SipRequest, status: number, reason: string, body = "", more: readonly SipHeader[] = []): void {
    const headers: SipHeader[] = [
      ["To", this.#dialog.local],
      ...(more.some(([name]) => name === "Contact") ? [] : [["Contact", `<${this.#phone.contact}>`] as const]),
      ["Allow", allowedMethods],
      ...more,
      ...(body === "" ? [] : [["Content-Type", "application/sdp"] as const]),
    ];
    // In a call that we placed the request's own To is already ours, tag and all.
    this.#phone.sip.respond(request, status, reason, this.direction === "out" ? headers.slice(1) : headers, body);
  }

  #describe(direction: MediaDirection): string {
    const audio = {
      address: this.#phone.address,
      port: this.voice.port,
      direction,
      payloadTypes: [pcmu],
      telephoneEvent: telephoneEventType,
    };
    return formatSdp(audio, this.#sessionId, ++this.#sdpVersion);
  }

  #takeOffer(body: string): void {
    const audio = parseSdp(body);
    if (!audio) return;
    this.#offered = audio.direction;
    this.voice.sendTo(audio);
  }

  #setSending(): void {
    this.voice.sending = this.#wanted === "sendrecv" && (this.#offered === "sendrecv" || this.#offered === "recvonly");
  }

  #noteIdentities(message: SipRequest | SipResponse, name: string): void {
    const note = (text: string, source: ShownIdentity["source"]): void => {
      const { displayName, user } = parseAddress(text);
      this.identities.push({ name: displayName, number: user, source, message: name });
    };
    const from = "method" in message ? headerOf(message, "from") : undefined;
    if (from) note(from, "From");
    for (const text of headersOf(message, "p-asserted-identity")) note(text, "P-Asserted-Identity");
  }

  #end(by: "us" | "them", reason: string | undefined): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.endedBy ??= by;
    this.endReason = reason;
    this.voice.close();
  }

  async #waitForState(state: LegState, options?: WaitOptions): Promise<this> {
    const order: LegState[] = ["calling", "ringing", "up", "ended"];
    await waitFor(
      () => {
        if (this.#state === "ended" && state !== "ended") {
          const message = `The call of ${this.#phone.number} with ${this.peer} ended (${this.endReason ?? "BYE"}) before it was ${state}.`;
          throw new LabPhoneError("SIP_REFUSED", message);
        }
        return order.indexOf(this.#state) >= order.indexOf(state);
      },
      {
        what: () => `the call of ${this.#phone.number} with ${this.peer} to be ${state}; it is ${this.#state}`,
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
      `${this.#phone.number} cannot ${verb}: its call with ${this.peer} is ${this.#state}, ${this.direction === "in" ? "coming in" : "going out"}.`,
    );
  }

  #refused(what: string, response: SipResponse): LabPhoneError {
    const code = response.status === 408 ? "SIP_NO_ANSWER" : "SIP_REFUSED";
    return new LabPhoneError(
      code,
      `Asterisk answered ${response.status} ${response.reason} to a ${what} of ${this.#phone.number}.`,
    );
  }
}
