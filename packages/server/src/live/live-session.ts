import { Pbx } from "@cordboard/pbx";
import type { AmiClientOptions } from "@cordboard/ami";
import { amiOptions } from "../config/connection-options.ts";
import type { PbxConfig } from "../config/schema.ts";
import { startDemoPbx } from "../demo/demo-pbx.ts";
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
  const demo = configured.length === 0 ? await startDemoPbx() : undefined;
  const board = new LiveBoard(demo === undefined ? {} : { connect });
  const wanted: { id: string; name: string; ami: AmiClientOptions }[] =
    demo === undefined
      ? configured.map((pbx) => ({ id: pbx.id, name: pbx.name ?? pbx.id, ami: amiOptions(pbx) }))
      : [{ id: "demo", name: "Recorded PBX", ami: demo.ami }];
  demo?.server.on("recording", ({ label, index, count }) => board.showRecording(`${label} (${index + 1} of ${count})`));

  const pbxs = wanted.map(({ id, ami }) => new Pbx({ id, ami }));
  const refusals: Promise<unknown>[] = [];
  for (const [index, pbx] of pbxs.entries()) {
    board.add(pbx, wanted[index]?.name ?? pbx.id);
    // A link goes on by itself after everything but a refused login (and our own close).
    refusals.push(
      pbx.start().then(
        () => new Promise(() => {}),
        (error: unknown) => {
          board.refuse(pbx.id, error instanceof Error ? error.message : String(error));
          return error;
        },
      ),
    );
  }
  const refused = Promise.all(refusals).then((errors): never => {
    throw errors[0];
  });
  refused.catch(() => {});

  return {
    board,
    pbxs,
    demo: demo !== undefined,
    refused,
    async [Symbol.asyncDispose]() {
      board.close();
      await Promise.all(pbxs.map((pbx) => pbx.close()));
      await demo?.[Symbol.asyncDispose]();
    },
  };
}
