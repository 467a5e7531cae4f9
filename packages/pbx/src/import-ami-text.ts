import type { Recording } from "./recording.ts";
export declare function importAmiText(
  text: Uint8Array | string,
  options?: { readonly note?: string; readonly asterisk?: string; readonly spacingMs?: number },
): Recording;
