import type { Pbx } from "@cordboard/pbx";
import { pino } from "pino";
import { amiOptions } from "../config/connection-options.ts";
import type { PbxConfig } from "../config/schema.ts";
import { startDemo } from "../demo/start-demo.ts";
import { PbxPool } from "../pbxs/pbx-pool.ts";
import { LiveBoard } from "./live-board.ts";

/** Some PBXs, or the demo's, and the board that shows them. */
export interface LiveSession extends AsyncDisposable {
  readonly board: LiveBoard;
  readonly pbxs: readonly Pbx[];
  /** True when what is shown is a recording. */
  readonly demo: boolean;
  /** Rejects when no PBX can ever be shown: all logins were refused. Never resolves otherwise. */
  readonly refused: Promise<never>;
}

/**
 * Begins to watch PBXs; without any, the demo. A PBX that cannot be reached is tried again for ever and stops
 * nobody else; `connect` is what to type to leave the demo. One that refuses the login is shown as refused.
 */
export async function startLiveSession(configured: readonly PbxConfig[], connect: string): Promise<LiveSession> {
  const demo = configured.length === 0 ? await startDemo() : undefined;
  const board = new LiveBoard(demo === undefined ? {} : { connect });
  demo?.onRecording((label) => board.showRecording(label));
  const pool = new PbxPool({
    entries: demo?.pbxs ?? configured.map((pbx) => ({ id: pbx.id, name: pbx.name ?? pbx.id, ami: amiOptions(pbx) })),
    restore: () => [],
    onPbx: (pbx, name) => board.add(pbx, name),
    onRemoved: () => {},
    onRefused: (pbx, error) => board.refuse(pbx.id, error.message),
    // What there is to say is on the board.
    log: pino({ level: "silent" }),
  });
  pool.start();
  return {
    board,
    pbxs: pool.all.map(({ pbx }) => pbx),
    demo: demo !== undefined,
    refused: pool.refused,
    async [Symbol.asyncDispose]() {
      board.close();
      await pool.close();
      await demo?.[Symbol.asyncDispose]();
    },
  };
}
