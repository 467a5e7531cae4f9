import { type AriResources, OPERATIONS } from "./generated/operations.ts";
import type { OperationCaller } from "./operation-caller.ts";
import type { AriCallOptions } from "./options.ts";

/** The typed resources over one caller: a method for each row of the table. */
export function buildResources(caller: OperationCaller): AriResources {
  const resources: Record<string, Record<string, unknown>> = {};
  for (const [resource, operations] of Object.entries(OPERATIONS)) {
    const methods: Record<string, unknown> = {};
    for (const [name, spec] of Object.entries(operations)) {
      const key = `${resource}.${name}`;
      const takesParams = spec.query !== undefined || spec.body !== undefined || spec.path.includes("{");
      methods[name] = takesParams
        ? (params: Readonly<Record<string, unknown>> = {}, options?: AriCallOptions) =>
            caller.call(key, spec, params, options)
        : (options?: AriCallOptions) => caller.call(key, spec, {}, options);
    }
    resources[resource] = methods;
  }
  return resources as unknown as AriResources;
}
