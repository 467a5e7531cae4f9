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
  /** Told of each PBX that is not wanted any more; not of one that only gets another connection. */
  readonly onRemoved: (id: string) => void;
  /** Told of a PBX that refuses the login for good. */
  readonly onRefused: (pbx: Pbx, error: Error) => void;
  readonly log: Logger;
}

/** What {@link PbxPool.replace} did: ids of PBXs. */
export interface PoolChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Connected anew: another address, user, secret or name. */
  readonly changed: readonly string[];
}

const REFUSED =
  "the PBX refused the login and is not tried again: put right user and secret in its address, or permit= in the PBX's manager.conf, and start again";

/** Whether a PBX is settled: it was reached once, or it refused the login, so that nobody waits for it in vain. */
export interface PooledPbx {
  readonly pbx: Pbx;
  readonly settled: boolean;
}

/** The links to all PBXs. One that cannot be reached is tried for ever and stops nobody else. */
export class PbxPool {
  readonly #pbxs = new Map<string, { readonly pbx: Pbx; readonly entry: PoolEntry }>();
  readonly #settled = new Set<Pbx>();
  readonly #options: PbxPoolOptions;
  /** Rejects when no PBX can ever be shown: all logins were refused. Never resolves. */
  readonly refused: Promise<never>;
  readonly #refused = Promise.withResolvers<never>();
  readonly #refusing = new Set<Pbx>();

  constructor(options: PbxPoolOptions) {
    this.#options = options;
    this.refused = this.#refused.promise;
    this.refused.catch(() => {});
    for (const entry of options.entries) this.#add(entry);
  }

  get(id: string): Pbx | undefined {
    return this.#pbxs.get(id)?.pbx;
  }

  get all(): readonly PooledPbx[] {
    return [...this.#pbxs.values()].map(({ pbx }) => ({ pbx, settled: this.#settled.has(pbx) }));
  }

  /** Begins to connect; waits for nobody. */
  start(): void {
    for (const { pbx } of this.#pbxs.values()) this.#start(pbx);
  }

  /**
   * From now on these and no others. What is as it was goes on undisturbed; one that is connected anew takes its calls along; the calls of
   * one that is gone end.
   */
  async replace(entries: readonly PoolEntry[]): Promise<PoolChange> {
    const wanted = new Map(entries.map((entry) => [entry.id, entry]));
    const before = [...this.#pbxs];
    const removed = before.filter(([id]) => !wanted.has(id)).map(([id]) => id);
    const changed = before.filter(([id, { entry }]) => wanted.has(id) && !isSame(entry, wanted.get(id)));
    const added = entries.filter(({ id }) => !this.#pbxs.has(id));
    await Promise.all([...removed, ...changed.map(([id]) => id)].map((id) => this.#close(id)));
    for (const id of removed) this.#options.onRemoved(id);
    const fresh = [...changed.flatMap(([id]) => wanted.get(id) ?? []), ...added];
    for (const pbx of fresh.map((entry) => this.#add(entry))) this.#start(pbx);
    return { added: added.map(({ id }) => id), removed, changed: changed.map(([id]) => id) };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pbxs.values()].map(({ pbx }) => pbx.close()));
  }

  async #close(id: string): Promise<void> {
    const pbx = this.get(id);
    this.#pbxs.delete(id);
    await pbx?.close();
  }

  #add(entry: PoolEntry): Pbx {
    const { id, ami, name } = entry;
    const pbx = new Pbx({ id, ami, restore: this.#options.restore(id) });
    this.#pbxs.set(id, { pbx, entry });
    this.#tellLog(pbx);
    this.#options.onPbx(pbx, name);
    return pbx;
  }

  #start(pbx: Pbx): void {
    pbx.start().then(
      () => this.#settled.add(pbx),
      (error: unknown) => {
        // A link goes on by itself after everything but a refused login (and our own close).
        if (this.get(pbx.id) !== pbx) return;
        this.#settled.add(pbx);
        this.#refusing.add(pbx);
        this.#options.onRefused(pbx, error instanceof Error ? error : new Error(String(error)));
        if (this.all.every((one) => this.#refusing.has(one.pbx))) this.#refused.reject(error);
      },
    );
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
      else if (cause !== undefined) log.error(reason, REFUSED);
    };
    pbx.on("state", tell);
    const noted = new Set<string>();
    pbx.on("notice", ({ code, message }) => {
      if (!noted.has(message) && noted.size < 1000) log.warn({ ...about, code }, message);
      noted.add(message);
    });
  }
}

function isSame(one: PoolEntry, other: PoolEntry | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
