import type { AmiClientOptions } from "./client-options.ts";
export declare function parseAmiUrl(url: string): AmiClientOptions;
