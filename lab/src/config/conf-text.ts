/** One `key=value` (or `key => value`) of a section; several values make several lines. */
export type ConfEntries = Readonly<Record<string, string | number | readonly string[]>>;

/** A section of a file of Asterisk's configuration, as text. */
export function section(name: string, entries: ConfEntries = {}): string {
  const lines = Object.entries(entries).flatMap(([key, value]) =>
    (typeof value === "object" ? value : [value]).map((single) => `${key}=${single}`),
  );
  return [`[${name}]`, ...lines, ""].join("\n");
}

/** A context of the dialplan from its lines; see {@link extension}, {@link hint} and {@link include}. */
export function context(name: string, ...lines: readonly (string | readonly string[])[]): string {
  return [`[${name}]`, ...lines.flat(), ""].join("\n");
}

/** An extension and what it does, step by step. A step may begin with a label in brackets: `(again)Background(x)`. */
export function extension(pattern: string, ...steps: readonly string[]): string[] {
  return steps.map((step, index) => {
    const [, label = "", application = step] = /^(\(\w[\w-]*\))?(.*)$/su.exec(step) ?? [];
    return index === 0 ? `exten => ${pattern},1${label},${application}` : ` same => n${label},${application}`;
  });
}

/** The hint of an extension: its devices, and its presence if it has one. */
export function hint(pattern: string, devices: string, presence?: string): string {
  return `exten => ${pattern},hint,${devices}${presence ? `,${presence}` : ""}`;
}

/** Includes another context. */
export function include(name: string): string {
  return `include => ${name}`;
}
