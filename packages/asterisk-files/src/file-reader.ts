/** How this package reads: two functions, so that it runs on a disk, over the network, or on a test's own files. */
export interface FileReader {
  /** The content of a regular file; undefined if there is none. Bytes are read as UTF-8. @throws RangeError if it is larger than the reader takes */
  readonly readFile: (path: string) => Promise<string | Uint8Array | undefined>;
  /** The names in a folder, in any order; undefined if there is no such folder. */
  readonly listFolder: (path: string) => Promise<readonly string[] | undefined>;
}
