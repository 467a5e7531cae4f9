export * from "./errors.ts";
export type * from "./client-options.ts";
export { AmiDecoder, decodeAll, type AmiDecoderOptions, type AmiLimits } from "./decoder.ts";
export { type AmiMessage, type AmiMessageKind } from "./message.ts";
export { encodeAction, type AmiParams, type AmiValue } from "./encode-action.ts";
export { parseAmiUrl } from "./ami-url.ts";
export { AmiClient } from "./client.ts";
