import { describe, expect, it } from "vitest";
import { PbxCaptureError } from "./errors.ts";
import { importAmiText } from "./import-ami-text.ts";
import { readCapture } from "./read-capture.ts";
import { traceBytes } from "./testing/trace-messages.ts";

const header = '{"cordboardCapture":1,"note":"x"}';
const record = '{"at":1,"link":"ami","from":"asterisk","data":"Event: X\\r\\n\\r\\n"}';

describe("reading a capture", () => {
  it.each([
    ["an empty file", [], "PBX_CAPTURE_FORMAT", /empty/],
    ["another file", ["#!/bin/sh"], "PBX_CAPTURE_FORMAT", /Line 1 .* no JSON/],
    ["another JSON file", ['{"a":1}'], "PBX_CAPTURE_FORMAT", /cordboardCapture/],
    ["a newer format", ['{"cordboardCapture":2}'], "PBX_CAPTURE_VERSION", /version 2/],
    ["a torn line in the middle", [header, record.slice(0, 20), record], "PBX_CAPTURE_FORMAT", /Line 2/],
    [
      "a record without time",
      [header, '{"link":"ami","from":"asterisk","data":""}'],
      "PBX_CAPTURE_FORMAT",
      /Line 2 .*"at"/,
    ],
    [
      "a record with a negative time",
      [header, '{"at":-1,"link":"ami","from":"asterisk","data":""}'],
      "PBX_CAPTURE_FORMAT",
      /"at"/,
    ],
    ["an unknown link", [header, '{"at":1,"link":"sip","from":"asterisk","data":""}'], "PBX_CAPTURE_FORMAT", /"link"/],
    ["an unknown side", [header, '{"at":1,"link":"ami","from":"me","data":""}'], "PBX_CAPTURE_FORMAT", /"from"/],
    [
      "a record without data",
      [header, '{"at":1,"link":"ami","from":"client","data":7}'],
      "PBX_CAPTURE_FORMAT",
      /"data"/,
    ],
    ["a record that is a list", [header, "[]"], "PBX_CAPTURE_FORMAT", /no object/],
  ])("says what is wrong with %s", (_, lines, code, message) => {
    const read = () => readCapture(lines);
    expect(read).toThrow(PbxCaptureError);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code }));
  });

  it("adds up what was dropped", () => {
    expect(readCapture([header, record, '{"at":2,"dropped":3}', '{"at":3,"dropped":4}'])).toMatchObject({ dropped: 7 });
  });
});

describe("plain AMI text", () => {
  it("becomes a recording with made-up times", () => {
    const recording = importAmiText(traceBytes("basic"), { note: "Basic", spacingMs: 10 });
    expect(recording.header).toEqual({ cordboardCapture: 1, note: "Basic" });
    expect(recording.records[0]).toMatchObject({ at: 0, link: "ami", from: "asterisk" });
    expect(recording.records[2]?.at).toBe(20);
    expect(Buffer.from(recording.records[0]?.data ?? []).toString()).toBe("Asterisk Call Manager/11.0.0\r\n");
  });

  it("may have bare line feeds and a torn end", () => {
    const recording = importAmiText("Event: A\nX: 1\n\nEvent: B\nY: 2");
    expect(recording.records.map((one) => Buffer.from(one.data).toString())).toEqual([
      "Event: A\nX: 1\n\n",
      "Event: B\n",
    ]);
  });

  it("must be AMI text", () => {
    expect(() => importAmiText("hello\nworld\n")).toThrow(expect.objectContaining({ code: "PBX_CAPTURE_FORMAT" }));
  });
});
