import { AmiDecoder, type AmiDecoderOptions } from "../decoder.ts";
import type { AmiMessage } from "../message.ts";

/** Decodes pieces one after the other; each is wiped after the push, as a socket's reused buffer would be. */
export function decodePieces(pieces: Iterable<Uint8Array>, options?: AmiDecoderOptions): AmiMessage[] {
  const messages: AmiMessage[] = [];
  const decoder = new AmiDecoder(options);
  for (const piece of pieces) {
    const lent = Uint8Array.from(piece);
    decoder.push(lent, (message) => messages.push(message));
    lent.fill(0x58);
  }
  return messages;
}

/** Cuts bytes at these positions, which may repeat and need no order. */
export function cutAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const sorted = [0, ...positions.toSorted((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

/** What one can see of messages, for comparison. */
export function seen(messages: readonly AmiMessage[]): unknown[] {
  return messages.map((message) => [message.kind, message.name, message.text, message.entries()]);
}
