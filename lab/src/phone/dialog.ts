import { randomBytes } from "node:crypto";
import { LabPhoneError } from "../errors.ts";
import { answerChallenge, type DigestAccount } from "./digest.ts";
import {
  headerOf,
  isRequest,
  parseAddress,
  requiredHeader,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "./sip-message.ts";
import { SipSocket } from "./sip-socket.ts";

/** What the lab's phones understand. */
const allowedMethods = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, NOTIFY, REFER, UPDATE";

/** How a dialog begins. */
export interface DialogStart {
  readonly callId?: string;
  /** Our address, without a tag. */
  readonly local: string;
  /** Theirs, with a tag if they began. */
  readonly remote: string;
  /** The URI of the first request. */
  readonly target: string;
  /** The URI at which we want to be reached. */
  readonly contact: string;
  /** What we prove our identity with, where Asterisk asks. */
  readonly account?: DigestAccount | undefined;
}

/** What both sides of a SIP dialog (RFC 3261 section 12) agree on, and the requests and responses in it. */
export class Dialog {
  readonly callId: string;
  readonly localTag: string = randomBytes(6).toString("hex");
  readonly #sip: SipSocket;
  readonly #local: string;
  readonly #contact: string;
  readonly #weBegan: boolean;
  readonly #account: DigestAccount | undefined;
  #lastInvite: SipRequest | undefined;
  #challenged = false;
  #remote: string;
  #target: string;
  #sequence = Math.floor(Math.random() * 1000) + 1;

  constructor(sip: SipSocket, start: DialogStart) {
    this.#sip = sip;
    this.#weBegan = start.callId === undefined;
    this.callId = start.callId ?? `${randomBytes(10).toString("hex")}@${sip.address}`;
    this.#local = `${start.local};tag=${this.localTag}`;
    this.#remote = start.remote;
    this.#target = start.target;
    this.#contact = start.contact;
    this.#account = start.account;
  }

  /** The dialog that an INVITE which came in asks for. */
  static of(sip: SipSocket, invite: SipRequest, contact: string): Dialog {
    return new Dialog(sip, {
      callId: requiredHeader(invite, "call-id"),
      local: requiredHeader(invite, "to"),
      remote: requiredHeader(invite, "from"),
      target: parseAddress(requiredHeader(invite, "contact")).uri,
      contact,
    });
  }

  /** The URI that requests go to. */
  get target(): string {
    return this.#target;
  }

  /** This dialog as the value of a Replaces header (RFC 3891), seen from the other side. */
  get replaces(): string {
    const remoteTag = parseAddress(this.#remote).parameters["tag"] ?? "";
    return `${this.callId};to-tag=${remoteTag};from-tag=${this.localTag}`;
  }

  /** Takes over the other side's tag and contact from a message of it. */
  learn(message: SipMessage): void {
    const to = isRequest(message) ? undefined : headerOf(message, "to");
    if (to !== undefined && parseAddress(to).parameters["tag"]) this.#remote = to;
    const contact = headerOf(message, "contact");
    if (contact !== undefined) this.#target = parseAddress(contact).uri;
  }

  /** True once Asterisk has asked for the password. */
  get challenged(): boolean {
    return this.#challenged;
  }

  /** Sends a request and calls back with every response; once asked for the password it says it, the first time. */
  request(
    method: string,
    onResponse: (response: SipResponse) => void,
    more: readonly SipHeader[] = [],
    body = "",
  ): void {
    const send = (headers: readonly SipHeader[], answered: boolean): void => {
      const sent = this.#sip.request(this.#build(method, ++this.#sequence, headers, body), (response) => {
        const password = answered ? undefined : this.#answerToChallenge(sent, response);
        if (password) send([...more, password], true);
        else onResponse(response);
      });
      if (method === "INVITE") this.#lastInvite = sent;
    };
    send(more, false);
  }

  /** Sends a request and resolves with its final response; a re-INVITE that is taken is acknowledged. */
  exchange(method: string, more: readonly SipHeader[] = [], body = ""): Promise<SipResponse> {
    return new Promise((resolve) => {
      const onResponse = (response: SipResponse): void => {
        if (response.status < 200) return;
        if (method === "INVITE" && response.status < 300) this.acknowledge(response);
        resolve(response);
      };
      this.request(method, onResponse, more, body);
    });
  }

  /** Sends the ACK for a 200 to an INVITE of ours. */
  acknowledge(response: SipResponse): void {
    this.learn(response);
    this.#sip.send(this.#build("ACK", sequenceOf(response), [], ""));
  }

  /** Sends the CANCEL of our last INVITE. */
  cancel(): void {
    const invite = this.#lastInvite;
    if (!invite) return;
    const same = new Set(["From", "To", "Call-ID", "Max-Forwards"]);
    const headers: SipHeader[] = invite.headers.filter(([name]) => same.has(name));
    headers.push(["CSeq", `${sequenceOf(invite)} CANCEL`]);
    this.#sip.send({ method: "CANCEL", uri: invite.uri, headers, body: "" }, SipSocket.branchOf(invite));
  }

  /** Answers a request of the other side. `contact` replaces our own (a 302). */
  respond(request: SipRequest, status: number, reason: string, body = "", contact = this.#contact): void {
    const headers: SipHeader[] = [
      // In a dialog that we began, their To is our address with our tag already.
      ...(this.#weBegan ? [] : [["To", this.#local] as const]),
      ["Contact", `<${contact}>`],
      ["Allow", allowedMethods],
      ...(body === "" ? [] : [["Content-Type", "application/sdp"] as const]),
    ];
    this.#sip.respond(request, status, reason, headers, body);
  }

  #answerToChallenge(request: SipRequest, response: SipResponse): SipHeader | undefined {
    if (response.status !== 401 && response.status !== 407) return undefined;
    this.#challenged = true;
    const challenge = headerOf(response, response.status === 401 ? "www-authenticate" : "proxy-authenticate");
    if (challenge === undefined || !this.#account) return undefined;
    const nonce = randomBytes(8).toString("hex");
    const answer = answerChallenge(challenge, this.#account, request.method, request.uri, nonce);
    const name = response.status === 401 ? "Authorization" : "Proxy-Authorization";
    return answer === undefined ? undefined : [name, answer];
  }

  #build(method: string, sequence: number, more: readonly SipHeader[], body: string): SipRequest {
    const typed = body === "" || more.some(([name]) => name === "Content-Type");
    return {
      method,
      uri: this.#target,
      headers: [
        ["Max-Forwards", "70"],
        ["From", this.#local],
        ["To", this.#remote],
        ["Call-ID", this.callId],
        ["CSeq", `${sequence} ${method}`],
        ["Contact", `<${this.#contact}>`],
        ["User-Agent", "Phone of the lab"],
        ["Allow", allowedMethods],
        ["Supported", "replaces"],
        ...more,
        ...(typed ? [] : [["Content-Type", "application/sdp"] as const]),
      ],
      body,
    };
  }
}

/** The error for a final response that is no success. */
export function refusal(what: string, response: SipResponse): LabPhoneError {
  const code = response.status === 408 ? "SIP_NO_ANSWER" : "SIP_REFUSED";
  return new LabPhoneError(code, `Asterisk answered ${response.status} ${response.reason} to ${what}.`);
}

function sequenceOf(message: SipMessage): number {
  return Number.parseInt(requiredHeader(message, "cseq"), 10);
}
