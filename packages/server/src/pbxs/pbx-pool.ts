import type { AmiClientOptions } from "@cordboard/ami";
import { Pbx } from "@cordboard/pbx";
import type { Call, PbxState, PbxStateChange } from "@cordboard/pbx";
import type { Logger } from "pino";

/** A PBX to connect to. */
export interface PoolEntry {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly ami: AmiClientOptions;
}

/** What a pool works with. */
export interface PbxPoolOptions {
  readonly entries: readonly PoolEntry[];
  /** Calls that an earlier process told. */
  readonly restore: (pbx: string) => readonly Call[];
  /** Told of each PBX before it is started. */
  readonly onPbx: (pbx: Pbx, name: string) => void;
  /** Told of a PBX that refuses the login for good. */
  readonly onRefused: (pbx: Pbx, error: Error) => void;
  readonly log: Logger;
}

/** Whether a PBX is settled: it was reached once, or it refused the login, so that nobody waits for it in vain. */
export interface PooledPbx {
  readonly pbx: Pbx;
  readonly settled: boolean;
}

/** The links to all PBXs. One that cannot be reached is tried for ever and stops nobody else. */
export class PbxPool {
  readonly #pbxs = new Map<string, Pbx>();
  readonly #settled = new Set<string>();
  readonly #options: PbxPoolOptions;
  /** Rejects when no PBX can ever be shown: all logins were refused. Never resolves. */
  readonly refused: Promise<never>;
  readonly #refused = Promise.withResolvers<never>();

  constructor(options: PbxPoolOptions) {
    this.#options = options;
    this.refused = this.#refused.promise;
    this.refused.catch(() => {});
    for (const { id, ami, name } of options.entries) {
      const pbx = new Pbx({ id, ami, restore: options.restore(id) });
      this.#pbxs.set(id, pbx);
      this.#tellLog(pbx);
      options.onPbx(pbx, name);
    }
  }

  get(id: string): Pbx | undefined {
    return this.#pbxs.get(id);
  }

  get all(): readonly PooledPbx[] {
    return [...this.#pbxs.values()].map((pbx) => ({ pbx, settled: this.#settled.has(pbx.id) }));
  }

  /** Begins to connect; waits for nobody. */
  start(): void {
    let left = this.#pbxs.size;
    for (const pbx of this.#pbxs.values()) {
      pbx.start().then(
        () => this.#settled.add(pbx.id),
        (error: unknown) => {
          // A link goes on by itself after everything but a refused login (and our own close).
          this.#settled.add(pbx.id);
          this.#options.onRefused(pbx, error instanceof Error ? error : new Error(String(error)));
          if (--left === 0) this.#refused.reject(error);
        },
      );
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pbxs.values()].map((pbx) => pbx.close()));
  }

  /** Each state once, however often it is tried again. */
  #tellLog(pbx: Pbx): void {
    const { log } = this.#options;
    const about = { pbx: pbx.id };
    let told: PbxState | undefined;
    const tell = ({ to, cause }: PbxStateChange): void => {
      if (to === told || to === "connecting" || to === "syncing") return;
      told = to;
      const reason = cause === undefined ? about : { ...about, reason: cause.message };
      if (to === "live") log.info({ ...about, asterisk: pbx.server.asteriskVersion }, "connected to the PBX");
      else if (to === "waiting") log.warn(reason, "the PBX cannot be reached; it is tried again and again");
      else if (cause !== undefined) log.error(reason, "the PBX refused the login; it is not tried again");
    };
    pbx.on("state", tell);
    const noted = new Set<string>();
    pbx.on("notice", ({ code, message }) => {
      if (!noted.has(message) && noted.size < 1000) log.warn({ ...about, code }, message);
      noted.add(message);
    });
  }
}
