import type { AriFrame } from "@cordboard/ari";
import { expect, it } from "vitest";
import { captureAri } from "./capture-ari.ts";
import { CaptureWriter } from "./capture-writer.ts";
import { readCapture } from "./read-capture.ts";

it("frames of an ARI client are captured in both directions until it is ended", async () => {
  const listeners = new Set<(frame: AriFrame) => void>();
  const client = {
    onFrame(listener: (frame: AriFrame) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  let text = "";
  const capture = new CaptureWriter({ sink: { write: (chunk) => void (text += chunk) } });
  const end = captureAri(client, capture);
  for (const listener of listeners) {
    listener({ direction: "out", text: '{"type":"RESTRequest","uri":"channels"}' });
    listener({ direction: "in", text: '{"type":"StasisStart"}' });
  }
  end();
  expect(listeners.size).toBe(0);
  await capture.close();
  expect(readCapture(text.split("\n")).records.map(({ link, from }) => [link, from])).toEqual([
    ["ari", "client"],
    ["ari", "asterisk"],
  ]);
});
