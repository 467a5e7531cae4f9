import type { ChannelRow, PbxLink, TableChange, TimelineEntry } from "@cordboard/pbx";

/** One event of one extension. */
export interface ExtensionEvent {
  readonly extension: string;
  readonly pbx: string;
  readonly entry: TimelineEntry;
}

/** Channels kept after they went, for what is told of them a moment later. */
const KEEP_GONE = 1000;

/**
 * Tells apart what happens to each of some extensions. A channel is an extension's when its device is named after it
 * (`PJSIP/1000-…`, `SIP/1000-…`) or its own caller id number is the extension; who it talks to does not count.
 */
export class ExtensionLog {
  readonly #extensions: readonly string[];
  readonly #rows = new Map<string, ChannelRow>();
  readonly #gone: string[] = [];

  constructor(extensions: readonly string[]) {
    this.#extensions = extensions;
  }

  /** Listens to a link; returns what ends it. */
  follow(link: Pick<PbxLink, "id" | "on" | "table">, onEvent: (event: ExtensionEvent) => void): () => void {
    for (const row of link.table.channels) this.#rows.set(row.uniqueid, row);
    const stops = [
      link.on("change", (change) => this.learn(change)),
      link.on("timeline", (entry) => {
        for (const extension of this.extensionsOf(entry)) onEvent({ extension, pbx: link.id, entry });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Remembers a channel, so that entries about it find their extension even after it went. */
  learn(change: TableChange): void {
    if (change.type === "channel-gone") {
      this.#rows.set(change.before.uniqueid, change.before);
      this.#gone.push(change.before.uniqueid);
      if (this.#gone.length > KEEP_GONE) this.#rows.delete(this.#gone.shift() ?? "");
    } else if (change.type === "channel-new" || change.type === "channel-changed") {
      this.#rows.set(change.after.uniqueid, change.after);
    }
  }

  /** The watched extensions an entry is about: none, or one. */
  extensionsOf(entry: TimelineEntry): readonly string[] {
    const row = entry.uniqueid === undefined ? undefined : this.#rows.get(entry.uniqueid);
    return row === undefined ? [] : this.#extensions.filter((extension) => isOf(row, extension));
  }

  /** Whether a change of a channel is about a watched extension; changes of bridges are not. */
  concerns(change: TableChange): boolean {
    if (change.type === "channel-new") return this.#extensions.some((extension) => isOf(change.after, extension));
    if (change.type === "channel-gone" || change.type === "channel-changed") {
      return this.#extensions.some((extension) => isOf(change.before, extension));
    }
    return false;
  }
}

function isOf(row: ChannelRow, extension: string): boolean {
  if (row.local) return false;
  return row.callerIdNum === extension || row.device.slice(row.device.indexOf("/") + 1) === extension;
}
