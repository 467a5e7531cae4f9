/** What {@link variablesOf} reads. */
interface Headers {
  readonly kind: string;
  readonly name: string;
  get(header: string): string | undefined;
  forEach(visit: (name: string, value: string) => void): void;
}

// `ChanVariable(SIP/1): a=b` (legacy events), `DestChanVariable: a=b` (snapshots), `Variable: a=b` (Status).
const variableHeader = /^(?:([a-z0-9]*)Chan)?Variable(?:\((.*)\))?$/i;

/** See {@link AmiMessage.variables}. */
export function variablesOf(message: Headers, prefix: string | undefined): Map<string, Map<string, string>> {
  const channels = new Map<string, Map<string, string>>();
  const channelOf = new Map<string, string>();
  message.forEach((header, value) => {
    const match = variableHeader.exec(header);
    if (match === null) return;
    // VarSet's `Variable` is a bare name, which may hold an equals sign of its own.
    if (message.name === "VarSet" && header.length === "Variable".length) return;
    const owner = match[1] ?? "";
    if (prefix !== undefined && owner.toLowerCase() !== prefix.toLowerCase()) return;
    const equals = value.indexOf("=");
    if (equals === -1) return;
    const channel = match[2] ?? channelOf.get(owner) ?? message.get(`${owner}Channel`) ?? "";
    // Looked for once: where it is missing each look reads the whole message.
    if (match[2] === undefined) channelOf.set(owner, channel);
    let variables = channels.get(channel);
    if (variables === undefined) channels.set(channel, (variables = new Map()));
    variables.set(value.slice(0, equals), value.slice(equals + 1));
  });
  return channels;
}
