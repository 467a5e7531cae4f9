import { CordboardOptionError } from "../errors.ts";

/** Values of a query string; a list becomes `a,b`, what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Where a request goes. */
export type Path = readonly [first: string, ...more: string[]];

/** The address below which the API is. @throws {CordboardOptionError} without repeating the address, which may hold a secret. */
export function apiBase(url: string | URL): string {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  const base = URL.canParse(String(url), page) ? new URL(url, page) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol))
    throw new CordboardOptionError("url must be the http or https address of a Cordboard, such as https://host:8080.");
  if (base.username !== "" || base.password !== "" || base.search !== "" || base.hash !== "")
    throw new CordboardOptionError(
      "url must hold no user, password, query or fragment: addresses are logged on the way. A token goes into the option token.",
    );
  return base.origin + base.pathname.replace(/\/+$/, "").replace(/\/api\/v1$/, "");
}

/** The whole address. @throws {CordboardOptionError} a name that an address cannot carry, or a list that would not narrow as it says. */
export function requestUrl(base: string, path: Path, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? listed(name, value) : String(value));
  }
  const text = search.toString();
  return base + placeOf(path) + (text === "" ? "" : `?${text}`);
}

/** `/api/v1/calls/c1`. @throws {CordboardOptionError} */
export function placeOf(path: Path): string {
  return `/api/v1/${path.map(segment).join("/")}`;
}

/** A segment `..` would be taken for another address. */
function segment(name: string): string {
  if (/^\.{0,2}$/.test(name))
    throw new CordboardOptionError(`"${name}" cannot be the name or id of anything in the API.`);
  return encodeURIComponent(name);
}

/** An empty list would let everything pass, a value with a comma would become two. */
function listed(name: string, values: readonly string[]): string {
  if (values.length === 0)
    throw new CordboardOptionError(`${name} is an empty list, which nothing passes; leave it out to let all pass.`);
  if (values.some((value) => value === "" || value.includes(",")))
    throw new CordboardOptionError(`A value of ${name} is empty or holds a comma, which separates values.`);
  return values.join(",");
}
