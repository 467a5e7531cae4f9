import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PoolEntry } from "../pbxs/pbx-pool.ts";
import { startDemoPbx } from "./demo-pbx.ts";

/** A PBX that is a recording, and a place for what a server keeps of it. */
export interface Demo extends AsyncDisposable {
  readonly pbxs: readonly PoolEntry[];
  /** A temporary folder that goes with the demo. */
  readonly storageFolder: string;
  /** Calls back with the name of each recording as it begins. */
  onRecording(listener: (label: string) => void): void;
}

/** Starts the demo. */
export async function startDemo(): Promise<Demo> {
  const demo = await startDemoPbx();
  const storageFolder = await mkdtemp(join(tmpdir(), "cordboard-demo-"));
  return {
    pbxs: [{ id: "demo", name: "Recorded PBX", ami: demo.ami }],
    storageFolder,
    onRecording: (listener) => {
      demo.server.on("recording", ({ label, index, count }) => listener(`${label} (${index + 1} of ${count})`));
    },
    async [Symbol.asyncDispose]() {
      await demo[Symbol.asyncDispose]();
      // The thread that waits for the disk may still be closing.
      await rm(storageFolder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}
