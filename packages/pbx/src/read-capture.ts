import { readFile } from "node:fs/promises";
import { PbxCaptureError } from "./errors.ts";
import { importAmiText } from "./import-ami-text.ts";
import type { Recording, RecordingHeader, RecordingRecord } from "./recording.ts";

/**
 * A capture from its lines. A last line that is torn, as after a crash of the writer, is left out.
 * @throws PbxCaptureError `PBX_CAPTURE_FORMAT` with the line number, or `PBX_CAPTURE_VERSION`
 */
export function readCapture(lines: Iterable<string>): Recording {
  const records: RecordingRecord[] = [];
  let header: RecordingHeader | undefined;
  let dropped = 0;
  let torn: { readonly number: number; readonly cause: unknown } | undefined;
  let number = 0;
  for (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    if (torn !== undefined) throw badLine(torn.number, "is no JSON", torn.cause);
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      if (header === undefined) throw badLine(number, "is no JSON; this is no capture", cause);
      torn = { number, cause };
      continue;
    }
    if (header === undefined) header = readHeader(value, number);
    else if (isObject(value) && typeof value["dropped"] === "number") dropped += value["dropped"];
    else records.push(readRecord(value, number));
  }
  if (header === undefined) throw new PbxCaptureError("PBX_CAPTURE_FORMAT", "The capture is empty.");
  return { header, records, dropped };
}

/**
 * A capture file, or a file of plain raw AMI text, told apart by how it begins.
 * @throws PbxCaptureError `PBX_CAPTURE_FORMAT` or `PBX_CAPTURE_VERSION`; what the file system says as it is
 */
export async function readCaptureFile(path: string): Promise<Recording> {
  const bytes = await readFile(path);
  const text = bytes.toString("utf8");
  return text.trimStart().startsWith("{") ? readCapture(text.split("\n")) : importAmiText(bytes);
}

function readHeader(value: unknown, number: number): RecordingHeader {
  if (!isObject(value) || !("cordboardCapture" in value)) throw badLine(number, 'has no "cordboardCapture"');
  if (value["cordboardCapture"] !== 1)
    throw new PbxCaptureError(
      "PBX_CAPTURE_VERSION",
      `The capture has format version ${JSON.stringify(value["cordboardCapture"])}, this program reads 1; use a newer one.`,
    );
  const text = (key: string): Record<string, string> => (typeof value[key] === "string" ? { [key]: value[key] } : {});
  return { cordboardCapture: 1, ...text("asterisk"), ...text("recorded"), ...text("note") };
}

function readRecord(value: unknown, number: number): RecordingRecord {
  if (!isObject(value)) throw badLine(number, "is no object");
  const { at, link, from, data, base64 } = value;
  if (typeof at !== "number" || !Number.isFinite(at) || at < 0) throw badLine(number, 'has no "at" of 0 or more');
  if (link !== "ami" && link !== "ari") throw badLine(number, 'has a "link" that is neither ami nor ari');
  if (from !== "asterisk" && from !== "client")
    throw badLine(number, 'has a "from" that is neither asterisk nor client');
  if (typeof data === "string") return { at, link, from, data: Buffer.from(data) };
  if (typeof base64 === "string") return { at, link, from, data: Buffer.from(base64, "base64") };
  throw badLine(number, 'has neither "data" nor "base64"');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function badLine(number: number, what: string, cause?: unknown): PbxCaptureError {
  return new PbxCaptureError(
    "PBX_CAPTURE_FORMAT",
    `Line ${number} of the capture ${what}.`,
    cause === undefined ? {} : { cause },
  );
}
