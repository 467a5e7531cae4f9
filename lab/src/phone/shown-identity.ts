import { headerOf, headersOf, isRequest, parseAddress, type SipMessage } from "./sip-message.ts";

/** Who the other side said it is, in one message. */
export interface ShownIdentity {
  readonly name: string;
  readonly number: string;
  /** Which header said so. */
  readonly source: "From" | "P-Asserted-Identity";
  /** The method or status of the message. */
  readonly message: string;
}

/** The identities in a message: From of a request, and P-Asserted-Identity (RFC 3325) of either. */
export function identitiesIn(message: SipMessage): ShownIdentity[] {
  const name = isRequest(message) ? message.method : `${message.status}`;
  const read = (text: string, source: ShownIdentity["source"]): ShownIdentity => {
    const { displayName, user } = parseAddress(text);
    return { name: displayName, number: user, source, message: name };
  };
  const from = isRequest(message) ? headerOf(message, "from") : undefined;
  return [
    ...(from === undefined ? [] : [read(from, "From")]),
    ...headersOf(message, "p-asserted-identity").map((text) => read(text, "P-Asserted-Identity")),
  ];
}
