/** What replacing the `${NAME}` references of one value gave. */
export interface Expanded {
  readonly value: string;
  /** Names that are not set (or empty) in the environment. */
  readonly missing: readonly string[];
}

const REFERENCE = /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const ONLY_A_REFERENCE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

/**
 * Replaces each `${NAME}` by the environment's value; `$$` is a plain `$`.
 * With `inUrl`, a value put into a part of a URL is percent-encoded, so that a secret may hold `@`, `/` or `:`;
 * a reference that is the whole value is inserted as it is, since then it is the URL.
 */
export function expandReferences(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly inUrl: boolean },
): Expanded {
  const missing: string[] = [];
  const encode = options.inUrl && !ONLY_A_REFERENCE.test(text);
  const value = text.replaceAll(REFERENCE, (whole: string, name: string | undefined) => {
    if (name === undefined) return "$";
    const found = Object.hasOwn(env, name) ? env[name] : undefined;
    if (found === undefined || found === "") {
      missing.push(name);
      return whole;
    }
    return encode ? encodeURIComponent(found) : found;
  });
  return { value, missing };
}
