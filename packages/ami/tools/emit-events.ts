import type { Api, ApiEvent, ApiHeader, ApiSnapshot } from "./api-model.ts";
import { fileText, indexSignature, names, openUnion, propertyName } from "./emit-text.ts";

const COMMON = `/** Headers that any event may carry; \`Privilege\` is missing on items of a list. */
export interface AmiEventCommon {
  Privilege?: string;
  ActionID?: string;
  Timestamp?: string;
  SystemName?: string;
  SequenceNumber?: string;
  File?: string;
  Line?: string;
  Func?: string;
}

/** The headers of a snapshot with a prefix before each name. */
export type Prefixed<Prefix extends string, Headers> = {
  [Name in keyof Headers & string as \`\${Prefix}\${Name}\`]: Headers[Name];
};

/** Name of an event, as on the wire. */
export type AmiEventName = keyof AmiEvents;`;

/** `events.ts`: the headers of every event. */
export function emitEvents(api: Api): string {
  return fileText([
    COMMON,
    snapshotInterface("ChannelSnapshot", "A channel's headers.", api.channelSnapshot),
    snapshotInterface("BridgeSnapshot", "A bridge's headers.", api.bridgeSnapshot),
    `/** Headers of every event of Asterisk 16 to 23 and of DPMA, by the event's name on the wire. */\nexport interface AmiEvents {\n${api.events.map(event).join("\n")}\n}`,
  ]);
}

function snapshotInterface(name: string, doc: string, headers: readonly ApiHeader[]): string {
  return `/** ${doc} */\nexport interface ${name} {\n${headers.map((each) => `  ${header(each)}`).join("\n")}\n}`;
}

function event(event: ApiEvent): string {
  const read = event.read.length > 0 ? `read ${event.read.join("+")}` : "reply only";
  const parts = ["AmiEventCommon", ...event.snapshots.map(snapshot)];
  if (event.headers.length > 0) parts.push(`{\n${event.headers.map((each) => `    ${header(each)}`).join("\n")}\n  }`);
  return `  ${names(event.module, [read], event.since)}\n  ${propertyName(event.name)}: ${parts.join(" & ")};`;
}

function snapshot(snapshot: ApiSnapshot): string {
  const type = snapshot.kind === "channel" ? "ChannelSnapshot" : "BridgeSnapshot";
  const prefixed = snapshot.prefix === "" ? type : `Prefixed<${JSON.stringify(snapshot.prefix)}, ${type}>`;
  return snapshot.certain ? prefixed : `Partial<${prefixed}>`;
}

function header(header: ApiHeader): string {
  const type = header.enum.length > 0 ? openUnion(header.enum) : "string";
  if (header.pattern) return `${indexSignature(header.name)}: string;`;
  return `${propertyName(header.name)}${header.certain ? "" : "?"}: ${type};`;
}
