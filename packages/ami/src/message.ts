/** `greeting`: the banner line; `other`: a message whose first header is none of Event, Response, Action. */
export type AmiMessageKind = "greeting" | "event" | "response" | "action" | "other";

export interface AmiMessage {
  readonly kind: AmiMessageKind;
  /** The value of Event, Response or Action; empty otherwise. */
  readonly name: string;
  get(header: string): string | undefined;
  getAll(header: string): string[];
  forEach(visit: (name: string, value: string) => void): void;
  entries(): [string, string][];
  variables(prefix?: string): ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly output: string[];
  toObject(): Record<string, string | string[]>;
  readonly text: string;
  readonly bytes: Uint8Array;
}
