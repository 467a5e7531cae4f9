import type { LabProfile } from "../instance-state.ts";
import type { LabPorts } from "../ports.ts";
import { section } from "./conf-text.ts";
import { chanSipPeople, loadAddresses, people, trunkAddress } from "./lab-numbers.ts";

function phoneContext(profile: LabProfile): string {
  return profile === "freepbx" ? "from-internal" : "internal";
}

/** pjsip.conf: the people's phones, each with one contact that it registers itself, and the trunk. */
export function pjsipConf(ports: LabPorts, profile: LabProfile): string {
  const media = {
    disallow: "all",
    allow: "ulaw",
    direct_media: "no",
    rtp_symmetric: "no",
    send_pai: "yes",
    trust_id_inbound: "yes",
    trust_id_outbound: "yes",
  };
  return [
    section("global", { type: "global", user_agent: "Asterisk of the lab" }),
    section("transport-udp", { type: "transport", protocol: "udp", bind: `127.0.0.1:${ports.sip}` }),
    ...people.flatMap(({ number, name, password }) => [
      section(number, {
        type: "endpoint",
        context: phoneContext(profile),
        aors: number,
        ...(password ? { auth: number } : {}),
        callerid: `"${name}" <${number}>`,
        mailboxes: `${number}@default`,
        // Batman alone stands outside the group whose calls *8 picks up.
        ...(number === "1111" ? {} : { call_group: "1", pickup_group: "1" }),
        device_state_busy_at: "0",
        allow_subscribe: "yes",
        subscribe_context: profile === "freepbx" ? "ext-local" : "phones",
        ...media,
      }),
      section(number, { type: "aor", max_contacts: "1", remove_existing: "yes" }),
      ...(password ? [section(number, { type: "auth", auth_type: "userpass", username: number, password })] : []),
    ]),
    section("trunk", { type: "endpoint", context: "from-trunk", aors: "trunk", ...media }),
    section("trunk", { type: "aor", max_contacts: "1", remove_existing: "yes" }),
    section("trunk", { type: "identify", endpoint: "trunk", match: `${trunkAddress}/32` }),
    section("load", { type: "endpoint", context: "internal", aors: "load", ...media }),
    section("load", { type: "aor", contact: `sip:load@${loadAddresses.callee}:${ports.load}` }),
    section("load", { type: "identify", endpoint: "load", match: `${loadAddresses.caller}/32` }),
  ].join("\n");
}

/** sip.conf: the phones of chan_sip, Asterisk 16 only. */
export function sipConf(ports: LabPorts, profile: LabProfile): string {
  return [
    section("general", {
      context: "default",
      udpbindaddr: `127.0.0.1:${ports.chanSip}`,
      allowguest: "no",
      // chan_pjsip wants SIP over WebSocket for itself, and one of the two has to stand back.
      websocket_enabled: "no",
      directmedia: "no",
      disallow: "all",
      allow: "ulaw",
      callcounter: "yes",
      notifyhold: "yes",
      sendrpid: "pai",
      trustrpid: "yes",
    }),
    ...chanSipPeople.map(({ number, name }) =>
      section(number, {
        type: "friend",
        host: "dynamic",
        context: phoneContext(profile),
        callerid: `"${name}" <${number}>`,
        mailbox: `${number}@default`,
        callgroup: "1",
        pickupgroup: "1",
      }),
    ),
  ].join("\n");
}
