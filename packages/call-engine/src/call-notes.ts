import type { ConnectionMove } from "./change.ts";
import type { Cause, Connection } from "./model.ts";

/** What is to be told of a call besides what its connections show by themselves. */
export type CallNote =
  | {
      readonly type: "transferred";
      readonly cause: Cause;
      readonly transferring?: Connection;
      readonly to?: string;
      readonly connections: readonly ConnectionMove[];
    }
  | {
      readonly type: "conferenced";
      readonly cause: Cause;
      readonly conferencing?: Connection;
      readonly connections: readonly ConnectionMove[];
    }
  | {
      readonly type: "diverted";
      readonly cause: Cause;
      readonly from: Connection;
      readonly to?: string;
      readonly connections: readonly ConnectionMove[];
    }
  | { readonly type: "queued"; readonly cause: Cause; readonly connectionId: string; readonly queue: string }
  | { readonly type: "parked"; readonly cause: Cause; readonly connectionId: string };
