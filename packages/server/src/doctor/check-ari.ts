import type { AriClient } from "@cordboard/ari";
import type { EtcFiles } from "./etc-files.ts";
import type { Finding } from "./finding.ts";
import { remedy } from "./remedy.ts";

/** One examined ARI user. */
export interface AriSubject {
  readonly pbx: string;
  readonly user: string;
  /** Whether the user must be able to change things. */
  readonly mustWrite: boolean;
  readonly etc?: EtcFiles | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Draft = Omit<Finding, "pbx">;

/** Modules without which our use of ARI does not work. */
const MODULES = [
  "res_ari_channels.so",
  "res_ari_bridges.so",
  "res_ari_events.so",
  "res_ari_playbacks.so",
  "res_http_websocket.so",
  "res_stasis.so",
];

/** A channel id that nobody has. */
const NOBODY = "cordboard-doctor-no-such-channel";

/** Looks at what an ARI user may do, by harmless requests alone. */
export async function ariFindings(subject: AriSubject, client: AriClient): Promise<Finding[]> {
  const drafts = await examine(subject, client);
  return drafts.map((draft) => ({ pbx: subject.pbx, ...draft }));
}

async function examine({ user, mustWrite, etc, signal }: AriSubject, client: AriClient): Promise<Draft[]> {
  const call = signal === undefined ? {} : { signal };
  const info = await client.request("GET", "/asterisk/info", call);
  switch (info.status) {
    case 200:
      break;
    case 401:
      return [
        {
          check: "ari.login",
          result: "fail",
          message: `ARI refuses the user ${user}: the user is not in ari.conf, its password is another, or its acl does not allow this address.`,
          remedies: [
            remedy(etc, "ari.conf", user, "type", "user"),
            remedy(etc, "ari.conf", user, "password", "<the password in cordboard.yaml>"),
          ],
        },
      ];
    case 404:
      return [
        {
          check: "ari.enabled",
          result: "fail",
          message: "An HTTP server answers, but there is no ARI at this address.",
          advice: "Is the module res_ari loaded, is ARI enabled, and is http.conf's prefix part of the address?",
          remedies: [remedy(etc, "ari.conf", "general", "enabled", "yes")],
        },
      ];
    case 503:
      return [{ check: "ari.enabled", result: "warn", message: "Asterisk is still starting; ask again in a moment." }];
    default:
      return [
        {
          check: "ari.enabled",
          result: "fail",
          message: `ARI answers with status ${info.status} where 200 was expected.`,
          advice: "Is there a proxy in between?",
        },
      ];
  }
  const drafts: Draft[] = [{ check: "ari.login", result: "ok", message: `ARI knows the user ${user}.` }];

  // A user that may only read gets 403 before Asterisk looks whether the channel exists.
  const tried = await client.request("DELETE", `/channels/${NOBODY}`, call);
  const readOnly = tried.status === 403;
  if (readOnly && mustWrite) {
    drafts.push({
      check: "ari.write",
      result: "fail",
      message: `The ARI user ${user} may only read.`,
      remedies: [remedy(etc, "ari.conf", user, "read_only", "no")],
    });
  } else {
    drafts.push({
      check: "ari.write",
      result: "ok",
      message: `The ARI user ${user} may ${readOnly ? "read" : "read and change"}.`,
    });
  }

  const modules = await client.request("GET", "/asterisk/modules", call);
  if (modules.status === 200 && Array.isArray(modules.body)) {
    const running = new Set(
      (modules.body as { name?: string; status?: string }[])
        .filter(({ status }) => status === "Running")
        .map(({ name }) => name),
    );
    const absent = MODULES.filter((name) => !running.has(name));
    drafts.push(
      absent.length === 0
        ? { check: "ari.modules", result: "ok", message: "All modules that ARI needs are loaded." }
        : {
            check: "ari.modules",
            result: "fail",
            message: `Not running: ${absent.join(", ")}.`,
            advice: `Load them in modules.conf, then asterisk -rx 'module load ${absent[0] ?? ""}'.`,
          },
    );
  }
  return drafts;
}
