type Params = Readonly<Record<string, unknown>>;

const ENCAPSULATION: ReadonlyMap<unknown, string> = new Map([
  ["websocket", "none"],
  ["tcp", "audiosocket"],
]);

function bothDirections(params: Params): Params {
  return { ...params, direction: params["direction"] ?? "both" };
}

/** Documented defaults that Asterisk's code does not apply itself: without them it answers 400. */
const DEFAULTS: Readonly<Record<string, (params: Params) => Params>> = {
  // "Direction is required" (res/ari/resource_channels.c, 16 to 23).
  "channels.mute": bothDirections,
  "channels.unmute": bothDirections,
  // The documented default rtp fits no transport but udp (res/ari/resource_channels.c).
  "channels.externalMedia": (params) => {
    const encapsulation = ENCAPSULATION.get(params["transport"]);
    return encapsulation === undefined
      ? params
      : { ...params, encapsulation: params["encapsulation"] ?? encapsulation };
  },
};

/** The parameters with what the server should have filled in. */
export function withDefaults(operation: string, params: Params): Params {
  return DEFAULTS[operation]?.(params) ?? params;
}
