import type { AriClient } from "@cordboard/ari";
import type { CaptureWriter } from "./capture-writer.ts";

/** Writes the frames of an ARI client's event WebSocket into a capture, from now on; the returned function ends it. */
export function captureAri(client: Pick<AriClient, "onFrame">, capture: CaptureWriter): () => void {
  return client.onFrame(({ direction, text }) => capture.ari(direction === "in" ? "asterisk" : "client", text));
}
