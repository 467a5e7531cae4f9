import type { Recording } from "./recording.ts";
export declare function readCapture(lines: Iterable<string>): Recording;
export declare function readCaptureFile(path: string): Promise<Recording>;
