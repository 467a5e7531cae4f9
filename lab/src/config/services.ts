import { section } from "./conf-text.ts";
import { people } from "./lab-numbers.ts";

/** queues.conf: ring-all and rrmemory, members as devices and as Local channels, plain and as FreePBX makes them. */
export function queuesConf(): string {
  const common = { musicclass: "default", retry: "1", ringinuse: "no", joinempty: "yes", leavewhenempty: "no" };
  const nameOf = (number: string): string => people.find((person) => person.number === number)?.name ?? number;
  const device = (number: string): string => `PJSIP/${number},0,${nameOf(number)},PJSIP/${number}`;
  const local = (number: string, context: string, hints: string): string =>
    `Local/${number}@${context}/n,0,${nameOf(number)},hint:${number}@${hints}`;
  return [
    section("general", { persistentmembers: "no", autofill: "yes", monitor_type: "MixMonitor" }),
    section("sales", { strategy: "ringall", timeout: "15", ...common, member: ["1002", "1003"].map(device) }),
    section("support", { strategy: "rrmemory", timeout: "2", ...common, member: ["1001", "1002", "1003"].map(device) }),
    section("local", {
      strategy: "ringall",
      timeout: "15",
      ...common,
      member: ["1002", "1003"].map((number) => local(number, "queue-members", "phones")),
    }),
    section("700", {
      strategy: "ringall",
      timeout: "15",
      ...common,
      member: ["1002", "1003"].map((number) => local(number, "from-queue", "ext-local")),
    }),
    section("710", {
      strategy: "rrmemory",
      timeout: "3",
      ...common,
      member: ["1001", "1002"].map((number) => local(number, "from-queue", "ext-local")),
    }),
  ].join("\n");
}

/** features.conf; without codes, as Asterisk comes, AMI's Atxfer is refused. */
export function featuresConf(codes: boolean): string {
  return [
    section("general", { pickupexten: "*8", transferdigittimeout: "3", atxfernoanswertimeout: "10" }),
    section(
      "featuremap",
      codes ? { blindxfer: "#1", atxfer: "*2", disconnect: "*0", parkcall: "#72", automixmon: "*3" } : {},
    ),
  ].join("\n");
}

/** res_parking.conf: one lot; a call parked for 45 s rings back. */
export function parkingConf(): string {
  return [
    section("general"),
    section("default", {
      parkext: "70",
      parkpos: "701-709",
      context: "parkedcalls",
      parkingtime: "45",
      comebacktoorigin: "yes",
      findslot: "first",
      parkinghints: "yes",
      parkedmusicclass: "default",
    }),
  ].join("\n");
}

/** confbridge.conf: nobody is announced, so that everybody hears the others at once. */
export function confbridgeConf(): string {
  return [
    section("general"),
    section("default_bridge", { type: "bridge" }),
    section("default_user", { type: "user", quiet: "yes", announce_only_user: "no", music_on_hold_when_empty: "yes" }),
    section("default_menu", { type: "menu", "*1": "toggle_mute" }),
  ].join("\n");
}

/** voicemail.conf: a mailbox for every phone, PIN 1234; no mail is sent. */
export function voicemailConf(): string {
  return [
    section("general", { format: "wav", minsecs: "1", maxsecs: "60", maxsilence: "0", skipms: "3000", attach: "no" }),
    section("default", Object.fromEntries(people.map(({ number, name }) => [number, `1234,${name}`]))),
  ].join("\n");
}

/** musiconhold.conf: `default` is a chord that a lab phone knows as music; `opsound` is real music. */
export function musicConf(): string {
  return [
    section("default", { mode: "files", directory: "/var/lib/asterisk/lab-music" }),
    section("opsound", { mode: "files", directory: "/usr/share/asterisk/moh" }),
  ].join("\n");
}
