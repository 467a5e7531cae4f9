import type { AriError } from "./errors.ts";

/** What an open event connection tells its owner. */
export interface EventSocketHandler {
  /** One text message. */
  text(text: string): void;
  /** Anything came in: the peer lives. */
  alive(): void;
  /** The connection is gone; told once, last. */
  ended(cause: AriError): void;
}

/** An open event connection, whoever opened it: ours to Asterisk, or Asterisk's to us. */
export interface EventSocket {
  /** Begins to read; what came before is delivered after the current tick, so that listeners may still be attached. */
  attach(handler: EventSocketHandler): void;
  /** Sends one text message; nothing happens on a connection that is gone. */
  send(text: string): void;
  ping(): void;
  /** Ends politely (close frame), and by force if the peer does not answer soon. */
  close(): void;
  /** Ends at once; `ended` gets `cause`. */
  terminate(cause: AriError): void;
}
