import type { ClosingMessage } from "@cordboard/sdk";
import type { Framing } from "./framing.ts";

/** The wire to one client. It never makes the writer wait, and tells how much waits for the client. */
export interface StreamTransport {
  readonly framing: Framing;
  /** Hands over whole messages. Does nothing once it is ended or closed. */
  write(bytes: Buffer): void;
  /** Bytes that were handed over and are still in this process. */
  readonly unsent: number;
  /** Resolves when fewer than this many bytes, at least 64 KiB, are unsent, or when it is closed. */
  drained(below: number): Promise<void>;
  /** No more comes: what was handed over is sent, then it closes by itself, `graceMs` later at the latest. */
  end(code: ClosingMessage["code"], graceMs: number): void;
  /** Called once a second: looks whether the client is still there. */
  check(): void;
  /** Calls back once when it is closed, by whomever. */
  onClosed(listener: () => void): void;
}
