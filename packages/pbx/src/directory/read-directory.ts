import { AmiActionError, type AmiClient, type AmiMessage } from "@cordboard/ami";
import { classMissing, isDenied } from "../denied.ts";
import type { PbxNotice } from "../pbx-options.ts";
import type { EndpointFacts, MailboxFacts } from "./build-directory.ts";
import { nameInCallerId } from "./caller-id.ts";
import { isPlainNumber } from "./device-names.ts";
import { inParallel } from "./in-parallel.ts";

/** Questions about single endpoints that wait for an answer at once; Asterisk answers one after the other, between its events. */
const atOnce = 4;

/** What a PBX's configuration says of its devices and mailboxes. */
export interface ReadDirectory {
  readonly endpoints: readonly EndpointFacts[];
  readonly mailboxes: readonly (MailboxFacts & { readonly newMessages: number; readonly oldMessages: number })[];
  readonly notices: readonly PbxNotice[];
}

/**
 * Asks for endpoints (chan_pjsip, chan_sip, chan_iax2) and mailboxes. What the user may not ask, and modules that are not there, are left
 * out; any other failure (time-out, link lost) is thrown. `isHinted` says for which endpoints more is worth asking, whatever their name.
 */
export async function readDirectory(client: AmiClient, isHinted: (device: string) => boolean): Promise<ReadDirectory> {
  const notices: PbxNotice[] = [];
  const ask = async (action: string, params: Readonly<Record<string, string>> = {}): Promise<readonly AmiMessage[]> => {
    try {
      const { response, items } = await client.list(action, params);
      return items.length === 0 ? [response] : items;
    } catch (error) {
      if (!(error instanceof AmiActionError)) throw error;
      if (isDenied(error) && !notices.some((notice) => notice.action === action))
        notices.push(classMissing(action, error));
      return [];
    }
  };
  const users = await ask("VoicemailUsersList");
  const endpoints: EndpointFacts[] = [];
  for (const { tech, list, detail, parameter, isTrunk } of technologies) {
    const items = (await ask(list)).filter((item) => item.get("ObjectName") !== undefined);
    const found = await inParallel(items, atOnce, async (item): Promise<EndpointFacts> => {
      const name = item.get("ObjectName") ?? "";
      const device = `${tech}/${name}`;
      const facts = { device, isTrunk: isTrunk(item) };
      const isWorthIt = isHinted(device) || (!facts.isTrunk && isPlainNumber(name));
      if (detail === undefined || !isWorthIt) return facts;
      const [more] = await ask(detail, { [parameter]: name });
      return { ...facts, ...detailsOf(more) };
    });
    endpoints.push(...found);
  }
  return { endpoints, mailboxes: users.flatMap((user) => mailboxFrom(user) ?? []), notices };
}

interface Technology {
  readonly tech: string;
  readonly list: string;
  readonly detail?: string;
  /** How the detail's action calls the name. */
  readonly parameter: string;
  readonly isTrunk: (item: AmiMessage) => boolean;
}

const technologies: readonly Technology[] = [
  {
    tech: "PJSIP",
    list: "PJSIPShowEndpoints",
    detail: "PJSIPShowEndpoint",
    parameter: "Endpoint",
    isTrunk: (item) => (item.get("OutboundAuths") ?? "") !== "",
  },
  // Until Asterisk 20; what registers itself is a phone.
  { tech: "SIP", list: "SIPpeers", detail: "SIPshowpeer", parameter: "Peer", isTrunk: hasFixedAddress },
  { tech: "IAX2", list: "IAXpeerlist", parameter: "Peer", isTrunk: hasFixedAddress },
];

function hasFixedAddress(item: AmiMessage): boolean {
  return item.get("Dynamic") !== "yes";
}

/** EndpointDetail says `Mailboxes`, SIPshowpeer `VoiceMailbox`. */
function detailsOf(item: AmiMessage | undefined): Pick<EndpointFacts, "callerName" | "mailbox"> {
  const callerName = nameInCallerId(item?.get("Callerid") ?? "");
  const [mailbox = ""] = (item?.get("Mailboxes") ?? item?.get("VoiceMailbox") ?? "").split(",");
  return {
    ...(callerName === undefined ? {} : { callerName }),
    ...(mailbox === "" ? {} : { mailbox: mailbox.includes("@") ? mailbox : `${mailbox}@default` }),
  };
}

function mailboxFrom(user: AmiMessage): ReadDirectory["mailboxes"][number] | undefined {
  const [box, context] = [user.get("VoiceMailbox"), user.get("VMContext")];
  if (box === undefined || context === undefined) return undefined;
  return {
    box,
    context,
    name: user.get("Fullname") ?? "",
    newMessages: countFrom(user, "NewMessageCount"),
    oldMessages: countFrom(user, "OldMessageCount"),
  };
}

function countFrom(message: AmiMessage, header: string): number {
  const count = Number(message.get(header));
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
