import { AmiFramer } from "./ami-framer.ts";
import { PbxCaptureError } from "./errors.ts";
import { redactAmi } from "./redact-ami.ts";
import type { Recording } from "./recording.ts";

/** How to read plain AMI text. */
export interface ImportOptions {
  readonly note?: string;
  /** Version of the Asterisk that said it, if known. */
  readonly asterisk?: string;
  /** The text has no times: so many milliseconds are put between two messages; default 20. */
  readonly spacingMs?: number;
}

/**
 * A recording from what an AMI session printed (`nc host 5038 | tee file`): bytes from Asterisk only, no times.
 * @throws PbxCaptureError `PBX_CAPTURE_FORMAT` if there is no AMI message in it
 */
export function importAmiText(text: Uint8Array | string, options: ImportOptions = {}): Recording {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const framer = new AmiFramer(Math.max(1, bytes.byteLength));
  const frames = [...framer.push(bytes), ...framer.end()].filter((frame) => frame.text.trim() !== "");
  if (!frames.some((frame) => /^\s*(?:Event|Response|Action)\s*:/im.test(frame.text)))
    throw new PbxCaptureError(
      "PBX_CAPTURE_FORMAT",
      "This is neither a capture nor AMI text: it has no Event and no Response.",
    );
  const spacing = options.spacingMs ?? 20;
  return {
    header: {
      cordboardCapture: 1,
      ...(options.asterisk === undefined ? {} : { asterisk: options.asterisk }),
      ...(options.note === undefined ? {} : { note: options.note }),
    },
    records: frames.map((frame, i) => ({
      at: i * spacing,
      link: "ami",
      from: "asterisk",
      data: Buffer.from(redactAmi(frame.text), "latin1"),
    })),
    dropped: 0,
  };
}
