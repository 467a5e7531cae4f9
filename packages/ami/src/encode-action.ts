/** `undefined` leaves the header out, an array repeats it, a map is written as `name=value` lines. */
export type AmiValue =
  | string
  | number
  | boolean
  | undefined
  | readonly (string | number | boolean)[]
  | Readonly<Record<string, string | number | boolean>>;
export type AmiParams = Readonly<Record<string, AmiValue>>;
export declare function encodeAction(name: string, params?: AmiParams, actionId?: string): Uint8Array;
