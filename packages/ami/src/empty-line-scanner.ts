const LF = 10;
const CR = 13;

/** One scan looks at this many bytes at most. */
export const scanBytes = 65_536;

const outAt = 2 * scanBytes;
const pages = 6;
/** A vector is 16 bytes, and two more are looked at beyond each. */
const padding = 18;

// The scan as WebAssembly: 16 bytes at a time instead of one costs a tenth, and it is what every event is paid with.
//   for (at = 0; at < end; at += 16) for each k in 0…15 where
//     byte[at + k] is LF and (byte[at + k + 1] is LF, or that is CR and byte[at + k + 2] is LF): *out++ = at + k
// Instructions as in the WebAssembly specification 2.0, sections 5.4 (binary) and 4.4 (SIMD).
const [at, end, out, hits] = [0, 1, 2, 3] as const;
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const constant = (value: number): number[] => [0x41, value];
const outConstant = [0x41, 0x80, 0x80, 0x08];
/** The 16 bytes that begin `offset` after `at`: v128.load. */
const load = (offset: number): number[] => [...get(at), 0xfd, 0x00, 4, offset];
/** 16 times the same byte: i32.const, i8x16.splat. */
const splat = (byte: number): number[] => [...constant(byte), 0xfd, 0x0f];
/** 0xff in each lane whose byte is that byte: i8x16.eq. */
const lanesWith = (byte: number, offset: number): number[] => [...load(offset), ...splat(byte), 0xfd, 0x23];
const and = [0xfd, 0x4e];
const or = [0xfd, 0x50];
const bitmask = [0xfd, 0x64];

const body = [
  [1, 2, 0x7f], // two more locals: out, hits
  [...outConstant, ...set(out)],
  [0x03, 0x40], // loop: one vector
  [...lanesWith(LF, 0), ...load(1), ...splat(CR), 0xfd, 0x2a, ...and, ...bitmask, ...set(hits)], // LF before a byte ≤ CR
  [...get(hits), 0x04, 0x40], // if there is any, which is seldom
  [...get(hits), ...lanesWith(LF, 1), ...lanesWith(CR, 1), ...lanesWith(LF, 2), ...and, ...or], // LF or (CR and LF)
  [...bitmask, 0x71, ...set(hits)], // hits &= that
  [0x03, 0x40, ...get(hits), 0x04, 0x40], // loop: one hit, if any is left
  [...get(out), ...get(at), ...get(hits), 0x68, 0x6a, 0x36, 2, 0], // *out = at + ctz(hits)
  [...get(out), ...constant(4), 0x6a, ...set(out)],
  [...get(hits), ...get(hits), ...constant(1), 0x6b, 0x71, ...set(hits)], // hits &= hits - 1
  [0x0c, 1, 0x0b, 0x0b, 0x0b], // again; end of if, loop, if
  [...get(at), ...constant(16), 0x6a, 0x22, at, ...get(end), 0x49, 0x0d, 0, 0x0b], // at += 16; again while at < end
  [...get(out), ...outConstant, 0x6b, ...constant(2), 0x76, 0x0b], // (out - outAt) / 4
].flat();
const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
/** Sizes here are below 16,384: two bytes of LEB128. */
const sized = (bytes: readonly number[]): number[] => [(bytes.length & 0x7f) | 0x80, bytes.length >> 7, ...bytes];
const moduleBytes = Uint8Array.from(
  [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [1, ...sized([1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f])], // type: (i32, i32) → i32
    [3, ...sized([1, 0])],
    [5, ...sized([1, 0, pages])],
    [7, ...sized([2, ...name("memory"), 2, 0, ...name("scan"), 0, 0])],
    [10, ...sized([1, ...sized(body)])],
  ].flat(),
);

/** The part of WebAssembly's interface that is used; Node's types leave it out. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

const { WebAssembly: wasm } = globalThis as { readonly WebAssembly?: WebAssemblyApi };

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  scan(at: number, end: number): number;
}

/** Finds empty lines in up to {@link scanBytes} bytes. */
export interface EmptyLineScanner {
  /** After a scan: where the line feeds are that an empty line follows at once, in order. */
  readonly found: Int32Array;
  /** Scans `bytes` from `start` to `end`, positions counted from `start`; returns how many it found. */
  scan(bytes: Uint8Array, start: number, end: number): number;
}

/** The scan where there is no WebAssembly (`node --jitless`). */
export function plainScanner(): EmptyLineScanner {
  const found = new Int32Array(scanBytes);
  const scan = (bytes: Uint8Array, start: number, stop: number): number => {
    let count = 0;
    for (let index = bytes.indexOf(LF, start); index !== -1 && index < stop; index = bytes.indexOf(LF, index + 1)) {
      const isEmpty =
        index + 1 < stop &&
        (bytes[index + 1] === LF || (index + 2 < stop && bytes[index + 1] === CR && bytes[index + 2] === LF));
      if (isEmpty) found[count++] = index - start;
    }
    return count;
  };
  return { found, scan };
}

/** The scan in WebAssembly, where there is one. */
export function vectorScanner(): EmptyLineScanner {
  if (wasm === undefined) return plainScanner();
  const exports = new wasm.Instance(new wasm.Module(moduleBytes)).exports as Exports;
  const { memory } = exports;
  const input = new Uint8Array(memory.buffer, 0, scanBytes + padding);
  return {
    found: new Int32Array(memory.buffer, outAt, scanBytes),
    scan(bytes, start, stop) {
      const length = stop - start;
      input.set(start === 0 && stop === bytes.length ? bytes : bytes.subarray(start, stop));
      input.fill(0, length, length + padding);
      return length === 0 ? 0 : exports.scan(0, length);
    },
  };
}

const idle: EmptyLineScanner[] = [];

/** A scanner for the length of one synchronous piece of work; decoders share them, nested ones too. */
export function borrowScanner(): EmptyLineScanner {
  return idle.pop() ?? vectorScanner();
}

export function returnScanner(scanner: EmptyLineScanner): void {
  if (idle.length < 4) idle.push(scanner);
}
