import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { AmiClientOptions, AmiTlsOptions } from "./client-options.ts";

/** One read takes at most this many bytes. */
export const readBufferBytes = 262_144;

export interface SocketHandlers {
  connected(): void;
  /** The bytes are valid only during the call. `full`: so much was waiting that this side is not keeping up. */
  bytes(bytes: Uint8Array, full: boolean): void;
  /** Exactly once, at the end; the error if there was one. */
  closed(error: Error | undefined): void;
}

/** A TCP or TLS connection to a manager port, reading from the first byte on and never pausing. */
export function openSocket(options: AmiClientOptions, readBuffer: Uint8Array, handlers: SocketHandlers): Socket {
  const { host, tls } = options;
  const port = options.port ?? (isTls(tls) ? 5039 : 5038);
  let socket: Socket;
  if (isTls(tls)) {
    socket = connectTls(tlsOptions(host, port, tls === true ? {} : tls), () => handlers.connected());
    socket.on("data", (bytes: Uint8Array) => handlers.bytes(bytes, false));
  } else {
    const callback = (count: number, buffer: Uint8Array): boolean => {
      handlers.bytes(buffer.subarray(0, count), count * 4 >= buffer.length);
      return true;
    };
    socket = connectTcp({ host, port, onread: { buffer: readBuffer, callback } }, () => handlers.connected());
  }
  let failure: Error | undefined;
  socket.on("error", (error) => (failure ??= error));
  socket.once("close", () => handlers.closed(failure));
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
}

function isTls(tls: AmiClientOptions["tls"]): tls is true | AmiTlsOptions {
  return tls !== undefined && tls !== false;
}

/** What Node is told; `host` and `port` are none of it when only the certificates are looked at. */
export function tlsOptions(host: string, port: number, tls: AmiTlsOptions): ConnectionOptions {
  const { ca, servername, ...rest } = tls;
  return {
    host,
    port,
    ...rest,
    ...(ca === undefined ? {} : { ca: (Array.isArray(ca) ? [...ca] : ca) as string }),
    // An address is no server name (RFC 6066 section 3); the certificate is then checked against the address.
    ...(servername !== undefined || isIP(host) === 0 ? { servername: servername ?? host } : {}),
  } as ConnectionOptions;
}
