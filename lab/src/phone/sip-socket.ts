import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import {
  formatSip,
  headerOf,
  headersOf,
  isRequest,
  parseSip,
  requiredHeader,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "./sip-message.ts";

/** T1 of RFC 3261 section 17.1.1.1 in milliseconds: the first wait before a message is sent again. */
const t1 = 500;
const giveUpAfterMs = 8000;
const rememberedResponses = 300;

/** What a {@link SipSocket} needs to know. */
export interface SipSocketOptions {
  /** Own address. */
  readonly address: string;
  /** Asterisk's. */
  readonly server: { readonly address: string; readonly port: number };
  /** A request that is new; repeated ones are answered by the socket itself. */
  readonly onRequest: (request: SipRequest) => void;
  /** Everything that came or went, as it stood. */
  readonly onMessage?: (message: SipMessage, sent: boolean) => void;
}

/** A UDP socket with SIP's transactions (RFC 3261 section 17): repeats what is not answered, answers what is repeated. */
export class SipSocket {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #options: SipSocketOptions;
  readonly #waiting = new Map<
    string,
    { onResponse: (response: SipResponse) => void; request: SipRequest; stop: () => void }
  >();
  readonly #answered = new Map<string, Buffer | undefined>();
  readonly #unacknowledged = new Map<string, () => void>();
  #closed = false;

  private constructor(socket: Socket, options: SipSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.address = options.address;
    this.port = socket.address().port;
    socket.on("message", (bytes) => this.#receive(bytes));
  }

  /** Opens a socket on a free port. */
  static async open(options: SipSocketOptions): Promise<SipSocket> {
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, options.address, resolve);
    });
    socket.on("error", () => {});
    return new SipSocket(socket, options);
  }

  /**
   * Sends a request (its Via is added) and calls back with every response; with a 408 of our own if none comes for 8 s.
   *
   * @returns the request as sent
   */
  request(request: SipRequest, onResponse: (response: SipResponse) => void): SipRequest {
    const branch = `z9hG4bK${randomBytes(8).toString("hex")}`;
    const sent: SipRequest = { ...request, headers: [this.#via(branch), ...request.headers] };
    const key = `${branch} ${request.method}`;
    const bytes = formatSip(sent);
    const stop = this.#repeat(bytes, () => {
      this.#waiting.delete(key);
      onResponse({ status: 408, reason: "No Answer", headers: sent.headers, body: "" });
    });
    this.#waiting.set(key, { onResponse, request: sent, stop });
    this.#transmit(sent, bytes);
    return sent;
  }

  /** Sends a request that is never answered (ACK), or a CANCEL's twin of an INVITE with the same branch. */
  send(request: SipRequest, branch?: string): void {
    const sent = {
      ...request,
      headers: [this.#via(branch ?? `z9hG4bK${randomBytes(8).toString("hex")}`), ...request.headers],
    };
    this.#transmit(sent, formatSip(sent));
  }

  /** Answers a request. A final answer to an INVITE is repeated until its ACK comes. */
  respond(request: SipRequest, status: number, reason: string, more: readonly SipHeader[] = [], body = ""): void {
    const headers: SipHeader[] = [
      ...headersOf(request, "via").map((value): SipHeader => ["Via", value]),
      ...headersOf(request, "record-route").map((value): SipHeader => ["Record-Route", value]),
      ["From", requiredHeader(request, "from")],
      ["Call-ID", requiredHeader(request, "call-id")],
      ["CSeq", requiredHeader(request, "cseq")],
      ...(more.some(([name]) => name === "To") ? [] : [["To", requiredHeader(request, "to")] as const]),
      ...more,
    ];
    const response: SipResponse = { status, reason, headers, body };
    const bytes = formatSip(response);
    this.#answered.set(transactionOf(request), bytes);
    if (request.method === "INVITE" && status >= 200) {
      const key = acknowledgementOf(request);
      this.#unacknowledged.get(key)?.();
      this.#unacknowledged.set(
        key,
        this.#repeat(bytes, () => this.#unacknowledged.delete(key)),
      );
    }
    this.#transmit(response, bytes);
  }

  /** The Via branch of a request that was sent. */
  static branchOf(request: SipRequest): string {
    return /branch=([^;\s]+)/u.exec(headerOf(request, "via") ?? "")?.[1] ?? "";
  }

  /** Closes the socket; nothing is repeated any more. */
  close(): void {
    this.#closed = true;
    for (const { stop } of this.#waiting.values()) stop();
    for (const stop of this.#unacknowledged.values()) stop();
    this.#socket.close();
  }

  #via(branch: string): SipHeader {
    return ["Via", `SIP/2.0/UDP ${this.address}:${this.port};branch=${branch}`];
  }

  #repeat(bytes: Buffer, onGivenUp: () => void): () => void {
    let [wait, passed] = [t1, 0];
    const again = (): void => {
      passed += wait;
      if (passed >= giveUpAfterMs) return onGivenUp();
      this.#write(bytes);
      wait *= 2;
      timer = setTimeout(again, wait);
    };
    let timer = setTimeout(again, wait);
    return () => clearTimeout(timer);
  }

  #transmit(message: SipMessage, bytes: Buffer): void {
    this.#options.onMessage?.(message, true);
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    if (!this.#closed) this.#socket.send(bytes, this.#options.server.port, this.#options.server.address);
  }

  #receive(bytes: Uint8Array): void {
    let message: SipMessage;
    try {
      message = parseSip(bytes);
      if (isRequest(message)) this.#receiveRequest(message);
      else this.#receiveResponse(message);
    } catch {
      // Whatever is no SIP is dropped, as RFC 3261 section 18.3 says; a phone must survive it.
    }
  }

  #receiveRequest(request: SipRequest): void {
    if (request.method === "ACK") {
      this.#options.onMessage?.(request, false);
      const key = acknowledgementOf(request);
      this.#unacknowledged.get(key)?.();
      this.#unacknowledged.delete(key);
      return;
    }
    const key = transactionOf(request);
    if (this.#answered.has(key)) {
      const response = this.#answered.get(key);
      if (response) this.#write(response);
      return;
    }
    this.#answered.set(key, undefined);
    if (this.#answered.size > rememberedResponses) {
      for (const oldest of this.#answered.keys()) {
        this.#answered.delete(oldest);
        break;
      }
    }
    this.#options.onMessage?.(request, false);
    this.#options.onRequest(request);
  }

  #receiveResponse(response: SipResponse): void {
    this.#options.onMessage?.(response, false);
    const branch = /branch=([^;\s]+)/u.exec(headerOf(response, "via") ?? "")?.[1] ?? "";
    const method = (headerOf(response, "cseq") ?? "").split(" ")[1] ?? "";
    const key = `${branch} ${method}`;
    const transaction = this.#waiting.get(key);
    if (!transaction) return;
    if (method === "INVITE" || response.status >= 200) transaction.stop();
    if (method === "INVITE" && response.status >= 300) {
      const { request } = transaction;
      const keep = request.headers.filter(([name]) => ["From", "Call-ID", "Max-Forwards"].includes(name));
      const cseq = (headerOf(request, "cseq") ?? "").split(" ")[0];
      this.send(
        {
          method: "ACK",
          uri: request.uri,
          headers: [...keep, ["To", requiredHeader(response, "to")], ["CSeq", `${cseq} ACK`]],
          body: "",
        },
        branch,
      );
    }
    // A 200 to an INVITE may come again, and its ACK must then go again.
    if (response.status >= 200 && !(method === "INVITE" && response.status < 300)) this.#waiting.delete(key);
    transaction.onResponse(response);
  }
}

function transactionOf(request: SipRequest): string {
  return `${SipSocket.branchOf(request)} ${request.method}`;
}

function acknowledgementOf(request: SipRequest): string {
  return `${headerOf(request, "call-id")} ${(headerOf(request, "cseq") ?? "").split(" ")[0]}`;
}
