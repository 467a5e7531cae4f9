import type { DocAction, DocEvent, DocParameter, Docs, DocSnapshot } from "./docs-model.ts";
import { parseXml, type XmlElement } from "./xml-tree.ts";
import { resolvedChildren } from "./xpointer.ts";

/**
 * Reads the AMI part of Asterisk's `core-en_US.xml`: names, enumerations, classes and releases, never a sentence.
 * Doubles are merged: `app_voicemail`, its IMAP and its ODBC variant repeat each other's documentation.
 */
export function readDocs(xml: string, major: number): Docs {
  const root = parseXml(xml).find((element) => element.name === "docs");
  if (!root) throw new Error(`the documentation file of Asterisk ${major} has no <docs>`);
  const actions = new Map<string, DocAction>();
  const events = new Map<string, DocEvent>();
  for (const element of root.children) {
    if (element.name === "managerEvent") addEvent(root, element, events);
    if (element.name !== "manager") continue;
    const action = readAction(root, element, events);
    if (!actions.has(action.name)) actions.set(action.name, action);
  }
  return { major, actions, events };
}

function readAction(root: XmlElement, element: XmlElement, events: Map<string, DocEvent>): DocAction {
  const parameters: DocParameter[] = [];
  const responses: string[] = [];
  for (const part of resolvedChildren(root, element)) {
    if (part.name === "syntax") {
      for (const header of readHeaders(root, part)) if (header.kind === "parameter") parameters.push(header);
    }
    if (part.name === "responses") {
      for (const event of responseEvents(root, part)) {
        responses.push(nameOf(event));
        addEvent(root, event, events);
      }
    }
  }
  return {
    name: nameOf(element),
    module: element.attributes["module"],
    since: readSince(element),
    parameters: unique(parameters),
    responses,
  };
}

function responseEvents(root: XmlElement, responses: XmlElement): XmlElement[] {
  return resolvedChildren(root, responses).flatMap((part) =>
    part.name === "list-elements" ? resolvedChildren(root, part) : [part],
  );
}

function addEvent(root: XmlElement, element: XmlElement, events: Map<string, DocEvent>): void {
  const name = nameOf(element);
  for (const instance of resolvedChildren(root, element)) {
    if (instance.name !== "managerEventInstance") continue;
    const known = events.get(name);
    const headers = resolvedChildren(root, instance)
      .filter((part) => part.name === "syntax")
      .flatMap((syntax) => readHeaders(root, syntax));
    const eventClass = (instance.attributes["class"] ?? "").replace("EVENT_FLAG_", "").toLowerCase();
    events.set(name, {
      name,
      module: known?.module ?? element.attributes["module"] ?? instance.attributes["module"],
      classes: [...new Set([...(known?.classes ?? []), eventClass])],
      since: known && known.since.length > 0 ? known.since : readSince(instance),
      headers: unique([...(known?.headers ?? []), ...headers]),
    });
  }
}

function readHeaders(root: XmlElement, syntax: XmlElement): (DocParameter | DocSnapshot)[] {
  return resolvedChildren(root, syntax).flatMap((element): (DocParameter | DocSnapshot)[] => {
    const prefix = element.attributes["prefix"] ?? "";
    if (element.name === "channel_snapshot") return [{ kind: "channel", prefix }];
    if (element.name === "bridge_snapshot") return [{ kind: "bridge", prefix }];
    if (element.name !== "parameter") return [];
    const required = /^(true|yes)$/.test(element.attributes["required"] ?? "");
    return [{ kind: "parameter", name: nameOf(element), required, enum: readEnum(root, element) }];
  });
}

function readEnum(root: XmlElement, parameter: XmlElement): string[] {
  return resolvedChildren(root, parameter)
    .filter((child) => child.name === "enumlist")
    .flatMap((list) => resolvedChildren(root, list))
    .filter((child) => child.name === "enum" && child.attributes["name"] !== undefined)
    .map((child) => unescape(nameOf(child)));
}

function readSince(element: XmlElement): string[] {
  return element.children
    .filter((child) => child.name === "since")
    .flatMap((since) => since.children)
    .filter((child) => child.name === "version")
    .map((version) => version.text);
}

function unique<T extends DocParameter | DocSnapshot>(headers: readonly T[]): T[] {
  const seen = new Map<string, T>();
  for (const header of headers) {
    const key = header.kind === "parameter" ? header.name : `${header.kind}:${header.prefix}`;
    if (!seen.has(key)) seen.set(key, header);
  }
  return [...seen.values()];
}

function nameOf(element: XmlElement): string {
  const name = element.attributes["name"];
  if (name === undefined) throw new Error(`<${element.name}> without a name in the documentation file`);
  return unescape(name);
}

function unescape(name: string): string {
  return name.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
