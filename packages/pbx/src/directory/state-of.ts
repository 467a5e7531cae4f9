/** Device states (ast_devstate_str, main/devicestate.c) as states of a hint (main/pbx.c, extension_states), the one that counts most first. */
const states: ReadonlyMap<string, string> = new Map([
  ["RINGINUSE", "InUse&Ringing"],
  ["RINGING", "Ringing"],
  ["INUSE", "InUse"],
  ["ONHOLD", "Hold"],
  ["BUSY", "Busy"],
  ["NOT_INUSE", "Idle"],
  ["UNAVAILABLE", "Unavailable"],
  ["INVALID", "Unavailable"],
  ["UNKNOWN", "Unknown"],
]);

/** The state of somebody with these devices; undefined if nothing is known of any. */
export function stateOfDevices(
  devices: readonly string[],
  deviceStates: ReadonlyMap<string, string>,
): string | undefined {
  const known = new Set(devices.map((device) => deviceStates.get(device)));
  for (const [state, text] of states) if (known.has(state)) return text;
  return undefined;
}
