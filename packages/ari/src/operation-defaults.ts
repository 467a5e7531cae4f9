type Params = Readonly<Record<string, unknown>>;

const ENCAPSULATION: Readonly<Record<string, string>> = { websocket: "none", tcp: "audiosocket" };

/** Documented defaults that Asterisk's code does not apply itself: without them it answers 400. */
const DEFAULTS: Readonly<Record<string, (params: Params) => Params>> = {
  // "Direction is required" (res/ari/resource_channels.c, 16 to 23).
  "channels.mute": (params) => ({ direction: "both", ...params }),
  "channels.unmute": (params) => ({ direction: "both", ...params }),
  // The documented default rtp fits no transport but udp (res/ari/resource_channels.c).
  "channels.externalMedia": (params) => {
    const encapsulation = ENCAPSULATION[String(params["transport"])];
    return encapsulation === undefined ? params : { encapsulation, ...params };
  },
};

/** The parameters with what the server should have filled in. */
export function withDefaults(operation: string, params: Params): Params {
  return DEFAULTS[operation]?.(params) ?? params;
}
