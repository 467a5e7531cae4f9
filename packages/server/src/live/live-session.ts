import { PbxLink } from "@cordboard/pbx";
import type { AmiClientOptions } from "@cordboard/ami";
import { amiOptions } from "../config/connection-options.ts";
import type { PbxConfig } from "../config/schema.ts";
import { startDemoPbx } from "../demo/demo-pbx.ts";
import { LiveBoard } from "./live-board.ts";

/** Links to some PBXs, or to the demo's, and the board that shows them. */
export interface LiveSession extends AsyncDisposable {
  readonly board: LiveBoard;
  readonly links: readonly PbxLink[];
  /** True when what is shown is a recording. */
  readonly demo: boolean;
  /** Rejects when no PBX can ever be shown: all logins were refused. Never resolves otherwise. */
  readonly refused: Promise<never>;
}

/**
 * Begins to watch PBXs; without any, the demo. A PBX that cannot be reached is tried again for ever and stops
 * nobody else; `connect` is what to type to leave the demo. One that refuses the login is shown as refused.
 */
export async function startLiveSession(pbxs: readonly PbxConfig[], connect: string): Promise<LiveSession> {
  const demo = pbxs.length === 0 ? await startDemoPbx() : undefined;
  const board = new LiveBoard(demo === undefined ? {} : { connect });
  const wanted: { id: string; name: string; ami: AmiClientOptions }[] =
    demo === undefined
      ? pbxs.map((pbx) => ({ id: pbx.id, name: pbx.name ?? pbx.id, ami: amiOptions(pbx) }))
      : [{ id: "demo", name: "Recorded PBX", ami: demo.ami }];
  demo?.server.on("recording", ({ label, index, count }) => board.showRecording(`${label} (${index + 1} of ${count})`));

  const links = wanted.map(({ id, ami }) => new PbxLink({ id, ami }));
  const refusals: Promise<unknown>[] = [];
  for (const [index, link] of links.entries()) {
    board.add(link, wanted[index]?.name ?? link.id);
    // A link goes on by itself after everything but a refused login (and our own close).
    refusals.push(
      link.start().then(
        () => new Promise(() => {}),
        (error: unknown) => {
          board.refuse(link.id, error instanceof Error ? error.message : String(error));
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
    links,
    demo: demo !== undefined,
    refused,
    async [Symbol.asyncDispose]() {
      board.close();
      await Promise.all(links.map((link) => link.close()));
      await demo?.[Symbol.asyncDispose]();
    },
  };
}
