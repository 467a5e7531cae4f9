import { AmiError } from "@cordboard/ami";
import { PbxPresenceError } from "@cordboard/pbx";
import type { Presence as PbxPresence } from "@cordboard/pbx";
import type { Presence, PresenceUpdate } from "@cordboard/sdk";
import { presenceSchema } from "@cordboard/sdk/schemas";
import type { AuditLog } from "../audit/audit-log.ts";
import { ApiError } from "../http/api-error.ts";

/** What presence needs of a `Pbx`. */
export interface PresencePbx {
  readonly state: string;
  /** `who`: an extension, or `CustomPresence:name`. */
  setPresence(who: string, update: PresenceUpdate): Promise<PbxPresence>;
}

/** Whose presence it is. */
export interface PresenceTarget {
  readonly pbx: string;
  /** An extension, or a presentity such as `CustomPresence:1111`. */
  readonly who: string;
  readonly extension?: string | undefined;
}

/** Sets presence on the PBX that it belongs to, and keeps a record of it. */
export class PresenceService {
  readonly #pbxs: (id: string) => PresencePbx | undefined;
  readonly #audit: AuditLog;

  constructor(pbxs: (id: string) => PresencePbx | undefined, audit: AuditLog) {
    this.#pbxs = pbxs;
    this.#audit = audit;
  }

  /**
   * Changes a presence; what is absent stays. Resolves with what the PBX shows afterwards.
   * @throws ApiError `BAD_REQUEST`, `PBX_UNAVAILABLE`, `PBX_REFUSED`, `TIMED_OUT`
   */
  set(actor: string, target: PresenceTarget, update: PresenceUpdate): Promise<Presence> {
    const record = { actor, action: "presence.set", target: `${target.pbx}/${target.who}` } as const;
    // What somebody says of himself is his own affair: which fields were set is kept, the texts are not.
    const { state } = update;
    const detail = { fields: Object.keys(update), ...(state === undefined ? {} : { state }) };
    return this.#audit.around({ ...record, detail }, async () => {
      const pbx = this.#pbxs(target.pbx);
      if (pbx === undefined || pbx.state !== "live") throw new ApiError("PBX_UNAVAILABLE");
      try {
        const shown = await pbx.setPresence(target.who, update);
        return presenceSchema.parse({ ...shown, pbx: target.pbx, extension: target.extension });
      } catch (error) {
        throw asApiError(error);
      }
    });
  }
}

function asApiError(error: unknown): unknown {
  if (error instanceof PbxPresenceError) {
    const { message: detail, code } = error;
    if (code === "PBX_PRESENCE_WHO" || code === "PBX_PRESENCE_VALUE") return new ApiError("BAD_REQUEST", { detail });
    return new ApiError("PBX_REFUSED", { detail, cause: error });
  }
  if (error instanceof AmiError) {
    return new ApiError(error.code === "AMI_TIMEOUT" ? "TIMED_OUT" : "PBX_UNAVAILABLE", { cause: error });
  }
  return error;
}
