import type { Pbx, Scope } from "@cordboard/sdk";
import { ApiError } from "./api-error.ts";
import type { AppPlugin } from "./app.ts";
import type { Metrics } from "./metrics.ts";

/** What health is made of. */
export interface HealthSources {
  /** Whether the database takes what is to be stored. */
  readonly storing: () => boolean;
  /** `settled`: it was reached once, or it refused the login: whoever waits for it would wait in vain. */
  readonly pbxs: () => readonly (Pick<Pbx, "id" | "state"> & { readonly settled: boolean })[];
  readonly metrics: Metrics;
}

/** `/healthz`, `/readyz` and `/metrics`. */
export function healthPlugin(sources: HealthSources): AppPlugin {
  const options = { exposeHeadRoute: false };
  return (app, authenticator) => {
    app.get("/healthz", options, (_, reply) => reply.send({ status: "ok" }));
    app.get("/readyz", options, (_, reply) => {
      const pbxs = sources.pbxs();
      const reasons = [
        ...(sources.storing() ? [] : ["storage: events cannot be stored"]),
        ...pbxs.flatMap(({ id, state, settled }) => (settled ? [] : [`pbx ${id}: ${state}, not reached yet`])),
      ];
      const ready = reasons.length === 0;
      return reply.code(ready ? 200 : 503).send({ ready, reasons, pbxs: pbxs.map(({ id, state }) => ({ id, state })) });
    });
    app.get("/metrics", options, async (request, reply) => {
      const { scope } = await authenticator.admit(request, reply, { verb: "read", ticket: false });
      // The figures are of all PBXs together.
      if (!reachesAll(scope)) {
        throw new ApiError("FORBIDDEN", { detail: "This needs a token for all PBXs and extensions." });
      }
      return reply.type("text/plain; version=0.0.4; charset=utf-8").send(await sources.metrics.text());
    });
  };
}

function reachesAll({ pbxs, extensions }: Scope): boolean {
  return pbxs === "*" && extensions === "*";
}
