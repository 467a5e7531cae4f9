import type { InstanceState } from "../instance-state.ts";
import { ariConf, httpConf, managerConf } from "./access.ts";
import { section } from "./conf-text.ts";
import { pjsipConf, sipConf } from "./endpoints.ts";
import { unwantedModules } from "./unwanted-modules.ts";
import { freepbxDialplan } from "./freepbx-dialplan.ts";
import { plainDialplan } from "./plain-dialplan.ts";
import { confbridgeConf, featuresConf, musicConf, parkingConf, queuesConf, voicemailConf } from "./services.ts";

/**
 * All files of one Asterisk's /etc/asterisk, by name, but the certificate.
 *
 * @param dialplan text to put behind the lab's own extensions.conf; a context of the same name adds to the lab's
 */
export function configuration(
  state: Omit<InstanceState, "startedAt" | "starter">,
  dialplan = "",
): Readonly<Record<string, string>> {
  const { version, profile, ports, users } = state;
  return {
    "asterisk.conf": [section("options", { documentation_language: "en_US", maxfiles: "20000" })].join("\n"),
    "modules.conf": section("modules", { autoload: "yes", noload: unwantedModules.map((name) => `${name}.so`) }),
    "logger.conf": [
      section("general", { dateformat: "%F %T.%3q" }),
      section("logfiles", { full: "notice,warning,error,verbose(3)" }),
    ].join("\n"),
    "manager.conf": managerConf(ports, users),
    "http.conf": httpConf(ports),
    "ari.conf": ariConf(users),
    "rtp.conf": section("general", {
      rtpstart: ports.rtpStart,
      rtpend: ports.rtpEnd,
      strictrtp: "no",
      icesupport: "no",
    }),
    "pjsip.conf": pjsipConf(ports, profile),
    "pjsip_notify.conf": "",
    "pjsip_wizard.conf": "",
    "websocket_client.conf": "",
    "chan_websocket.conf": "",
    "res_http_media_cache.conf": section("general"),
    "pjproject.conf": section("startup", { log_level: "default" }),
    ...(version === 16 ? { "sip.conf": sipConf(ports, profile), "sip_notify.conf": "" } : {}),
    "extensions.conf": [
      section("general", { static: "yes", writeprotect: "no" }),
      section("globals"),
      plainDialplan(version),
      freepbxDialplan(version),
      dialplan,
    ].join("\n"),
    "features.conf": featuresConf(state.featureCodes),
    "res_parking.conf": parkingConf(),
    "queues.conf": queuesConf(),
    "queuerules.conf": "",
    "confbridge.conf": confbridgeConf(),
    "voicemail.conf": voicemailConf(),
    "musiconhold.conf": musicConf(),
    "followme.conf": section("general"),
    "indications.conf": [
      section("general", { country: "us" }),
      section("us", {
        description: "United States",
        ringcadence: "2000,4000",
        dial: "350+440",
        busy: "480+620/500,0/500",
        ring: "440+480/2000,0/4000",
        congestion: "480+620/250,0/250",
        callwaiting: "440/300,0/10000",
        dialrecall: "!350+440/100,!0/100,!350+440/100,!0/100,350+440",
        record: "1400/500,0/15000",
        info: "!950/330,!1400/330,!1800/330,0",
        stutter: "!350+440/100,!0/100,!350+440/100,!0/100,350+440",
      }),
    ].join("\n"),
    "cdr.conf": section("general", { enable: "yes", unanswered: "yes" }),
    "cdr_manager.conf": section("general", { enabled: "yes" }),
    "cel.conf": section("general", { enable: "no" }),
    "stasis.conf": section("threadpool"),
    "ccss.conf": section("general"),
    "acl.conf": "",
    "udptl.conf": section("general"),
    "cli_aliases.conf": section("general"),
    "cli_permissions.conf": section("general", { default_perm: "permit" }),
  };
}
