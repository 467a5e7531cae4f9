import type { XmlElement } from "./xml-tree.ts";

const INCLUDE = "xi:include";
const MAX_DEPTH = 8;

/** An XPointer that the documentation uses and this file does not know, or one that leads nowhere. */
export class XpointerError extends Error {
  override readonly name = "XpointerError";
}

/**
 * The children of `parent` with every `xi:include` replaced by what it points to in `root`.
 * Only elements count: a pointer to text or to any node (`text()`, `node()`) gives nothing.
 * @throws XpointerError for a pointer of unknown form, without a target, or in a circle.
 */
export function resolvedChildren(root: XmlElement, parent: XmlElement, depth = 0): XmlElement[] {
  if (depth > MAX_DEPTH) throw new XpointerError(`includes nested deeper than ${MAX_DEPTH} in <${parent.name}>`);
  const children: XmlElement[] = [];
  for (const child of parent.children) {
    if (child.name === INCLUDE) children.push(...evaluate(root, child.attributes["xpointer"] ?? "", depth + 1));
    else children.push(child);
  }
  return children;
}

function evaluate(root: XmlElement, xpointer: string, depth: number): XmlElement[] {
  const path = /^xpointer\(\/?(.*)\)$/.exec(xpointer)?.[1];
  if (path === undefined) throw new XpointerError(`not understood: ${xpointer}`);
  const [first, ...steps] = path.match(/(?:[^/'[]|\[[^\]]*\])+/g) ?? [];
  if (first !== root.name) throw new XpointerError(`does not start at <${root.name}>: ${xpointer}`);
  let found: XmlElement[] = [root];
  for (const step of steps) {
    if (step === "text()" || step === "node()") return [];
    found = found.flatMap((element) => select(root, element, step, xpointer, depth));
  }
  if (found.length === 0) throw new XpointerError(`leads nowhere: ${xpointer}`);
  return found;
}

function select(root: XmlElement, element: XmlElement, step: string, xpointer: string, depth: number): XmlElement[] {
  const [, name, predicate] = /^([\w-]+)(?:\[(.*)\])?$/.exec(step) ?? [];
  if (name === undefined) throw new XpointerError(`step ${step} not understood: ${xpointer}`);
  // The root holds no includes of its own, and resolving it would resolve the whole file.
  const children = element === root ? element.children : resolvedChildren(root, element, depth);
  const named = children.filter((child) => child.name === name);
  if (predicate === undefined) return named;
  const exact = /^@(\w+)='(.*)'$/.exec(predicate);
  if (exact) return named.filter((child) => child.attributes[exact[1] ?? ""] === exact[2]);
  const part = /^contains\(@(\w+), *'(.*)'\)$/.exec(predicate);
  if (part) return named.filter((child) => child.attributes[part[1] ?? ""]?.includes(part[2] ?? ""));
  if (/^\d+$/.test(predicate)) return named.slice(Number(predicate) - 1, Number(predicate));
  throw new XpointerError(`predicate ${predicate} not understood: ${xpointer}`);
}
