import type { Property, WireType } from "./description.ts";

interface Corrections {
  /** By `resource.nickname.parameter`. */
  readonly parameters: Readonly<Record<string, WireType>>;
  /** By `resource.nickname`. */
  readonly since: Readonly<Record<string, readonly string[]>>;
  /** Properties the server sends though its model lacks them, by model. */
  readonly properties: Readonly<Record<string, readonly Property[]>>;
}

/** Where Asterisk's description and Asterisk's code differ, the code wins. Each line names its source. */
export const corrections: Corrections = {
  parameters: {
    // res/ari/resource_channels.c takes in and out as well (22.8).
    "channels.externalMedia.direction": { kind: "enum", values: ["both", "in", "out"] },
    // res/ari/resource_channels.c answers 400 to any other.
    "channels.transfer_progress.states": {
      kind: "enum",
      values: ["channel_progress", "channel_answered", "channel_unavailable", "channel_declined"],
    },
    "asterisk.updateObject.fields": { kind: "list", of: { kind: "model", name: "ConfigTuple" } },
    "applications.filter.filter": { kind: "model", name: "EventFilterBody" },
    "channels.originate.variables": { kind: "model", name: "VariableValues" },
    "channels.originateWithId.variables": { kind: "model", name: "VariableValues" },
    "channels.create.variables": { kind: "model", name: "VariableValues" },
    "channels.externalMedia.variables": { kind: "model", name: "VariableValues" },
    "channels.setChannelVars.variables": { kind: "model", name: "VariableValues" },
    "bridges.create.variables": { kind: "model", name: "VariableValues" },
    "bridges.createWithId.variables": { kind: "model", name: "VariableValues" },
    "bridges.setBridgeVars.variables": { kind: "model", name: "VariableValues" },
  },
  since: {
    // Its own attribute names 20.17, 22.7 and 23.1; those tags do not have it.
    "events.claimChannel": ["20.20.0", "22.10.0", "23.4.0"],
  },
  properties: {
    // main/stasis_endpoints.c adds it when a limit is set.
    Endpoint: [{ name: "max_channels", type: { kind: "number" }, required: false }],
  },
};
