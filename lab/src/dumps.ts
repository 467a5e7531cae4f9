/** What Asterisk's own command line says of channels and bridges, as data; pure. */

/** One line of `core show channels concise`. */
export interface ChannelDump {
  readonly name: string;
  readonly context: string;
  readonly extension: string;
  readonly priority: string;
  /** `Up`, `Ring`, `Ringing`, `Down`… */
  readonly state: string;
  readonly application: string;
  readonly data: string;
  readonly callerId: string;
  /** Seconds since it was made. */
  readonly seconds: number;
  /** Id of the bridge it is in; empty if in none. */
  readonly bridge: string;
  readonly uniqueId: string;
}

/** One line of `bridge show all`. */
export interface BridgeDump {
  readonly id: string;
  readonly type: string;
  readonly technology: string;
  readonly channels: number;
}

/** Reads `core show channels concise` (main/cli.c: 14 fields with `!` between; data may hold more of them). */
export function parseChannels(text: string): ChannelDump[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split("!");
    if (fields.length < 14) return [];
    const [name = "", context = "", extension = "", priority = "", state = "", application = ""] = fields;
    // Counted from the end, because application data is the one field that may contain the separator.
    const [callerId = "", , , , seconds = "0", bridge = "", uniqueId = ""] = fields.slice(-7);
    const data = fields.slice(6, -7).join("!");
    const inBridge = bridge === "(None)" ? "" : bridge;
    return [
      {
        name,
        context,
        extension,
        priority,
        state,
        application,
        data,
        callerId,
        seconds: Number(seconds),
        bridge: inBridge,
        uniqueId: uniqueId.trim(),
      },
    ];
  });
}

/** Reads `bridge show all` (main/bridge.c: id, channels, type, technology; on 22 with a name behind the id and a duration). */
export function parseBridges(text: string): BridgeDump[] {
  return text.split("\n").flatMap((line) => {
    const match = /^([\da-f-]{36})\s.*?\s(\d+)\s+(\S+)\s+(\S+)(?:\s+[\d:]+)?\s*$/u.exec(line);
    return match
      ? [
          {
            id: match[1] as string,
            channels: Number(match[2]),
            type: match[3] as string,
            technology: match[4] as string,
          },
        ]
      : [];
  });
}
