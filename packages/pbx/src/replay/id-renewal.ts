/** A text cut at the ids in it: literal pieces and numbers of ids. */
export type IdTemplate = readonly (string | number)[];

type IdKind = "channel-id" | "bridge-id" | "channel-name";

const uniqueidHeader = /^[^:\r\n]*(?:uniqueid|linkedid):[ \t]*([^\r\n]+)/gim;
const channelHeader = /^[^:\r\n]*(?:channel|newname):[ \t]*([^\r\n]+)/gim;
const bridgeHeader = /^[^:\r\n]*bridge(?:uniqueid|id):[ \t]*([^\r\n]+)/gim;
const channelNumber = /-[0-9a-f]+$/i;

/** Numbers that no two loops share. */
export class IdCounters {
  #channel = 0;
  #name = 0;
  #bridge = 0;

  nextChannel(): number {
    return this.#channel++;
  }

  nextName(): string {
    return (this.#name++).toString(16).padStart(8, "0");
  }

  nextBridge(): string {
    return (this.#bridge++).toString(16).padStart(12, "0");
  }
}

/** All ids of one recording, so that each time it is played they can be other ones. */
export class IdRenewal {
  readonly #kinds: IdKind[] = [];
  readonly #ids: string[] = [];
  readonly #numbers = new Map<string, number>();
  #pattern: RegExp | undefined;

  /** Learns the ids in a message; to be called for all messages before the first {@link IdRenewal.template}. */
  learn(text: string): void {
    for (const [, id = ""] of text.matchAll(bridgeHeader)) this.#add(id, "bridge-id");
    for (const [, id = ""] of text.matchAll(uniqueidHeader)) this.#add(id, "channel-id");
    for (const [, name = ""] of text.matchAll(channelHeader)) {
      const base = name.replace(/(?:<(?:MASQ|ZOMBIE)>)+$/, "").replace(/;[12]$/, "");
      if (base.includes("/") && channelNumber.test(base)) this.#add(base, "channel-name");
    }
  }

  /** Cuts a text at all ids known, also within values such as those of VarSet. */
  template(text: string): IdTemplate {
    if (this.#ids.length === 0) return [text];
    this.#pattern ??= this.#compile();
    return text.split(this.#pattern).map((piece, i) => (i % 2 === 0 ? piece : (this.#numbers.get(piece) ?? piece)));
  }

  /**
   * New ids for all: Uniqueids begin at `startedAt` (milliseconds since 1970) and keep their order and distance in time, since
   * the oldest channel gives a bridge its Linkedid.
   */
  renew(startedAt: number, counters: IdCounters): readonly string[] {
    const fresh = [...this.#ids];
    const parsed = this.#ids.flatMap((id, i) => {
      const parts = this.#kinds[i] === "channel-id" ? /(\d+)\.(\d+)$/.exec(id) : null;
      return parts === null ? [] : [{ i, epoch: Number(parts[1]), sequence: Number(parts[2]) }];
    });
    parsed.sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence);
    const base = parsed[0]?.epoch ?? 0;
    for (const { i, epoch } of parsed)
      fresh[i] = `${Math.floor(startedAt / 1000) + epoch - base}.${counters.nextChannel()}`;
    this.#ids.forEach((id, i) => {
      if (fresh[i] !== id) return;
      if (this.#kinds[i] === "channel-name") fresh[i] = id.replace(channelNumber, `-${counters.nextName()}`);
      else if (/^[0-9a-f-]{36}$/i.test(id)) fresh[i] = `${id.slice(0, 24)}${counters.nextBridge()}`;
      else fresh[i] = `${id}~${counters.nextBridge()}`;
    });
    return fresh;
  }

  #add(id: string, kind: IdKind): void {
    // Of an empty value only its space is left.
    if (id.trim() === "" || id === "none" || id === "<unknown>" || this.#numbers.has(id)) return;
    this.#numbers.set(id, this.#ids.length);
    this.#ids.push(id);
    this.#kinds.push(kind);
  }

  #compile(): RegExp {
    const longestFirst = [...this.#ids].sort((a, b) => b.length - a.length);
    return new RegExp(`(?<![\\w.])(${longestFirst.map(literally).join("|")})(?![\\w])`, "g");
  }
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/** The text of a template with these ids in it. */
export function fillIn(template: IdTemplate, ids: readonly string[]): string {
  return template.map((piece) => (typeof piece === "string" ? piece : (ids[piece] ?? ""))).join("");
}
