import type * as Crypto from "node:crypto";
import type * as Http from "node:http";
import type * as Https from "node:https";
import type * as Stream from "node:stream";

// A static import would build an ES module facade, which reads http.WebSocket and so loads undici: 30 ms of CPU (Node 24).
export const http: typeof Http = process.getBuiltinModule("node:http");
export const stream: Pick<typeof Stream, "PassThrough" | "pipeline"> = process.getBuiltinModule("node:stream");
export const crypto: typeof Crypto = process.getBuiltinModule("node:crypto");

/** TLS costs 15 ms to load: only who needs it pays. */
export const loadHttps = (): typeof Https => process.getBuiltinModule("node:https");
