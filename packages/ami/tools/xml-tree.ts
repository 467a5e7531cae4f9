import { XMLParser } from "fast-xml-parser";

/** An element and its child elements, in document order. */
export interface XmlElement {
  readonly name: string;
  /** The text directly inside, trimmed; only the release numbers of `<version>` are read from it. */
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

type ParsedNode = Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  parseTagValue: false,
  processEntities: false,
});

/** The elements of `xml` in document order. Entities stay as they are written; none is expanded. */
export function parseXml(xml: string): readonly XmlElement[] {
  return elements(parser.parse(xml) as readonly ParsedNode[]);
}

function elements(nodes: readonly ParsedNode[]): XmlElement[] {
  const found: XmlElement[] = [];
  for (const node of nodes) {
    const name = Object.keys(node).find((key) => key !== ":@");
    if (name === undefined || name.startsWith("#") || name.startsWith("?")) continue;
    const inside = (node[name] ?? []) as readonly ParsedNode[];
    found.push({
      name,
      text: inside
        .map((child) => (typeof child["#text"] === "string" ? child["#text"] : ""))
        .join("")
        .trim(),
      attributes: (node[":@"] ?? {}) as Record<string, string>,
      children: elements(inside),
    });
  }
  return found;
}
