import { randomBytes } from "node:crypto";
import {
  headerOf,
  parseAddress,
  requiredHeader,
  type SipHeader,
  type SipMessage,
  type SipRequest,
} from "./sip-message.ts";

/** What both sides of a SIP dialog (RFC 3261 section 12) agree on, and the requests that are built from it. */
export class Dialog {
  readonly callId: string;
  readonly localTag: string = randomBytes(6).toString("hex");
  /** From of our requests. */
  readonly #local: string;
  /** To of our requests; gets the other side's tag with its first response. */
  #remote: string;
  #target: string;
  readonly #contact: string;
  #sequence = Math.floor(Math.random() * 1000) + 1;

  constructor(parts: { callId: string; local: string; remote: string; target: string; contact: string }) {
    this.callId = parts.callId;
    this.#local = `${parts.local};tag=${this.localTag}`;
    this.#remote = parts.remote;
    this.#target = parts.target;
    this.#contact = parts.contact;
  }

  /** The dialog that an INVITE which came in asks for. */
  static of(invite: SipRequest, contact: string): Dialog {
    return new Dialog({
      callId: requiredHeader(invite, "call-id"),
      local: requiredHeader(invite, "to"),
      remote: requiredHeader(invite, "from"),
      target: parseAddress(requiredHeader(invite, "contact")).uri,
      contact,
    });
  }

  /** The other side's tag; empty before its first response. */
  get remoteTag(): string {
    return parseAddress(this.#remote).parameters["tag"] ?? "";
  }

  /** The URI requests go to. */
  get target(): string {
    return this.#target;
  }

  /** Our address with tag, the To of our responses. */
  get local(): string {
    return this.#local;
  }

  /** Takes over the other side's tag and contact from a message of it. */
  learn(message: SipMessage): void {
    const to = "status" in message ? headerOf(message, "to") : undefined;
    if (to !== undefined && parseAddress(to).parameters["tag"]) this.#remote = to;
    const contact = headerOf(message, "contact");
    if (contact !== undefined) this.#target = parseAddress(contact).uri;
  }

  /** Builds the next request; ACK and CANCEL take the number of the INVITE they belong to. */
  request(method: string, more: readonly SipHeader[] = [], body = "", sequence?: number): SipRequest {
    return {
      method,
      uri: this.#target,
      headers: [
        ["Max-Forwards", "70"],
        ["From", this.#local],
        ["To", this.#remote],
        ["Call-ID", this.callId],
        ["CSeq", `${sequence ?? ++this.#sequence} ${method}`],
        ["Contact", `<${this.#contact}>`],
        ["User-Agent", "Phone of the lab"],
        ["Allow", allowedMethods],
        ["Supported", "replaces"],
        ...more,
        ...(body === "" || more.some(([name]) => name === "Content-Type")
          ? []
          : [["Content-Type", "application/sdp"] as const]),
      ],
      body,
    };
  }
}

/** What the lab's phones understand. */
export const allowedMethods = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, NOTIFY, REFER, UPDATE";

/** The number in a CSeq header. */
export function sequenceOf(message: SipMessage): number {
  return Number.parseInt(requiredHeader(message, "cseq"), 10);
}
