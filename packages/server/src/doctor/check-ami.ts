import { setTimeout as delay } from "node:timers/promises";
import type { AmiClass, AmiClient } from "@cordboard/ami";
import { LEVELS, classNames } from "../init/levels.ts";
import type { Level } from "../init/levels.ts";
import type { EtcFiles } from "./etc-files.ts";
import type { Finding } from "./finding.ts";
import { remedy } from "./remedy.ts";
import { versionSupport } from "./versions.ts";
import { classesOf, writeClasses } from "./write-classes.ts";
import type { WriteClasses } from "./write-classes.ts";

/** One examined AMI login. */
export interface AmiSubject {
  readonly pbx: string;
  readonly user: string;
  readonly level: Level;
  readonly etc?: EtcFiles | undefined;
  /** How long to wait for an event, in milliseconds. */
  readonly eventMs: number;
  readonly signal?: AbortSignal | undefined;
}

type Draft = Omit<Finding, "pbx">;

const USER_EVENT = "CordboardDoctor";

/**
 * Looks at what a logged-in user may do and sees, by harmless actions alone. `seen` are the events that the login
 * brought; the client must have been connected with events on.
 */
export async function amiFindings(
  subject: AmiSubject,
  client: AmiClient,
  seen: ReadonlySet<string>,
): Promise<Finding[]> {
  const drafts: Draft[] = [];
  const listed = await listedActions(client, subject.signal);
  const write = writeClasses(listed);
  const lines = await userLines(subject, client, write);
  drafts.push(await version(client, write));
  drafts.push(writeFinding(subject, write));
  drafts.push(readFinding(subject, lines, seen));
  drafts.push(await eventsFinding(subject, client, write, lines, seen));
  drafts.push(modules(listed, write));
  drafts.push(writeTimeout(subject, lines));
  return drafts.map((draft) => ({ pbx: subject.pbx, ...draft }));
}

async function listedActions(client: AmiClient, signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
  const reply = await client.action("ListCommands", {}, signal === undefined ? {} : { signal });
  return new Set(reply.entries().map(([name]) => name));
}

/** What manager.conf says of the user; absent is unknown. */
interface UserLines {
  readonly read: ReadonlySet<AmiClass>;
  /** Milliseconds; undefined where no line sets it. */
  readonly writetimeout: number | undefined;
}

/** The user's own lines of manager.conf, from the files here or, where the user may, from Asterisk itself. */
async function userLines(
  { etc, user, signal }: AmiSubject,
  client: AmiClient,
  write: WriteClasses,
): Promise<UserLines | undefined> {
  const known = etc?.manager?.user(user);
  if (known !== undefined) {
    const { read, writetimeout } = known;
    return { read: read.value, writetimeout: writetimeout.at === undefined ? undefined : writetimeout.value };
  }
  if (!write.has.has("system") && !write.has.has("config")) return undefined;
  try {
    const params = { Filename: "manager.conf", Category: user };
    const reply = await client.action("GetConfig", params, signal === undefined ? {} : { signal });
    const lines = reply.entries().filter(([name]) => name.startsWith("Line-"));
    if (lines.length === 0) return undefined;
    const settings = new Map(
      lines.map(([, line]) => {
        const equals = line.indexOf("=");
        return [line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim()];
      }),
    );
    const writetimeout = settings.get("writetimeout");
    return {
      read: classesOf(settings.get("read") ?? ""),
      writetimeout: writetimeout === undefined ? undefined : Number(writetimeout),
    };
  } catch {
    // Some installations keep users elsewhere (a database); what Asterisk does not tell stays unknown.
    return undefined;
  }
}

async function version(client: AmiClient, write: WriteClasses): Promise<Draft> {
  const check = "asterisk.version";
  try {
    const text = (await client.action("CoreSettings")).get("AsteriskVersion") ?? "";
    const amiVersion = (await client.action("CoreSettings")).get("AMIversion") ?? "";
    const support = versionSupport(text);
    const base = `Asterisk ${text}, AMI ${amiVersion}`;
    if (support === "tested") return { check, result: "ok", message: `${base}: a version that is tested.` };
    if (support === "expected")
      return { check, result: "ok", message: `${base}: expected to work (tested are 16 and 22).` };
    if (support === "too-old") {
      return {
        check,
        result: "fail",
        message: `${base}: too old; 16 is the first that works.`,
        advice: "Update Asterisk.",
      };
    }
    return {
      check,
      result: "warn",
      message: `${base}: not known; 16 to 23 are.`,
      advice: "Look for a newer Cordboard.",
    };
  } catch {
    const lacks = write.lacks.has("reporting")
      ? "its user may not ask (write class reporting or system)"
      : "it did not say";
    return { check, result: "skip", message: `The version of Asterisk is unknown: ${lacks}.` };
  }
}

function writeFinding({ level, user, etc }: AmiSubject, write: WriteClasses): Draft {
  const check = "ami.write";
  const wanted = classNames(LEVELS[level].write);
  const missing = wanted.filter((each) => write.lacks.has(each));
  const has = [...write.has];
  const held = has.length === 0 ? "no write class" : `write classes ${has.join(", ")}`;
  if (missing.length > 0) {
    const reasons = missing.map((each) => `${each} (${LEVELS[level].write[each] ?? ""})`).join("; ");
    return {
      check,
      result: "fail",
      message: `The user ${user} has ${held}; for "${level}" it lacks ${reasons}.`,
      remedies: [remedy(etc, "manager.conf", user, "write", wanted.join(","))],
    };
  }
  const dangerous = (["system", "command", "config"] as const).filter(
    (each) => write.has.has(each) && !wanted.includes(each),
  );
  if (dangerous.length > 0) {
    return {
      check,
      result: "warn",
      message: `The user ${user} has ${held}: more than "${level}" needs. Who knows its secret can do with ${dangerous.join(", ")} what a shell can.`,
      remedies: [remedy(etc, "manager.conf", user, "write", wanted.join(","))],
    };
  }
  return { check, result: "ok", message: `The user ${user} has ${held}: enough for "${level}".` };
}

/** Events that prove a read class, if they were seen. */
const PROOFS: Readonly<Record<string, AmiClass>> = {
  FullyBooted: "system",
  SuccessfulAuth: "security",
  [USER_EVENT]: "user",
};

function readFinding({ level, user, etc }: AmiSubject, lines: UserLines | undefined, seen: ReadonlySet<string>): Draft {
  const check = "ami.read";
  const wanted = classNames(LEVELS[level].read);
  if (lines !== undefined) {
    const missing = wanted.filter((each) => !lines.read.has(each));
    if (missing.length > 0) {
      const reasons = missing.map((each) => `${each} (${LEVELS[level].read[each] ?? ""})`).join("; ");
      return {
        check,
        result: missing.includes("call") ? "fail" : "warn",
        message: `The user ${user} is not told of everything; for "${level}" its read classes lack ${reasons}.`,
        remedies: [remedy(etc, "manager.conf", user, "read", wanted.join(","))],
      };
    }
    return { check, result: "ok", message: `The user ${user} has the read classes that "${level}" needs.` };
  }
  const proved = Object.entries(PROOFS).flatMap(([event, each]) => (seen.has(event) ? [each] : []));
  const lacksSystem = !seen.has("FullyBooted");
  if (lacksSystem) {
    return {
      check,
      result: "warn",
      message: `After the login no FullyBooted event came, so the user ${user} lacks the read class system (or Asterisk is still starting).`,
      remedies: [remedy(etc, "manager.conf", user, "read", wanted.join(","))],
    };
  }
  return {
    check,
    result: "skip",
    message: `Proved of the read classes: ${proved.join(", ")}. The others show themselves only in a call.`,
    advice: `Make a call and see it with "cordboard watch", or let doctor read the file: --etc /etc/asterisk. The line should be: read = ${wanted.join(",")}`,
  };
}

async function eventsFinding(
  { eventMs, signal }: AmiSubject,
  client: AmiClient,
  write: WriteClasses,
  lines: UserLines | undefined,
  seen: ReadonlySet<string>,
): Promise<Draft> {
  const check = "ami.events";
  const mayTry = write.has.has("user") && (lines === undefined || lines.read.has("user"));
  if (!mayTry) {
    if (seen.size > 0) return { check, result: "ok", message: `Events arrive (${[...seen].slice(0, 3).join(", ")}).` };
    return {
      check,
      result: "skip",
      message: "No event came yet, and the user may not cause one to try it (class user).",
      advice: 'Make a call and see it with "cordboard watch".',
    };
  }
  const arrived = Promise.withResolvers<number>();
  const began = performance.now();
  const stop = client.onEvent("UserEvent", (event) => {
    if (event.get("UserEvent") === USER_EVENT) arrived.resolve(performance.now() - began);
  });
  const waited = new AbortController();
  try {
    await client.action("UserEvent", { UserEvent: USER_EVENT }, signal === undefined ? {} : { signal });
    const took = await Promise.race([arrived.promise, delay(eventMs, undefined, { signal: waited.signal })]);
    if (took === undefined) {
      return {
        check,
        result: "warn",
        message:
          "An event that was sent did not come back; the user may send it (write class user) but perhaps not read it (read class user), or a filter holds it (eventfilter).",
      };
    }
    return { check, result: "ok", message: `Events arrive: one that was sent came back after ${Math.ceil(took)} ms.` };
  } finally {
    waited.abort();
    stop();
  }
}

/** Actions that show a module is loaded, for they need no class at all, or one that must be there. */
const MODULE_ACTIONS: readonly { action: string; needs?: AmiClass; module: string; gives: string }[] = [
  { action: "QueueStatus", module: "app_queue", gives: "queues" },
  { action: "ConfbridgeListRooms", needs: "reporting", module: "app_confbridge", gives: "conferences" },
  { action: "Parkinglots", needs: "call", module: "res_parking", gives: "parking" },
];

function modules(listed: ReadonlySet<string>, write: WriteClasses): Draft {
  const check = "asterisk.modules";
  const asked = MODULE_ACTIONS.filter(({ needs }) => needs === undefined || write.has.has(needs));
  const absent = asked.filter(({ action }) => !listed.has(action));
  if (absent.length > 0) {
    const list = absent.map(({ module, gives }) => `${module} (${gives})`).join(", ");
    return {
      check,
      result: "warn",
      message: `Not loaded: ${list}. Calls are seen all the same.`,
      advice: `If you use them: load the module in modules.conf, then asterisk -rx 'module load ${absent[0]?.module ?? ""}.so'.`,
    };
  }
  return { check, result: "ok", message: `Loaded: ${asked.map(({ module }) => module).join(", ")}.` };
}

function writeTimeout({ user, etc }: AmiSubject, lines: UserLines | undefined): Draft {
  const check = "ami.writetimeout";
  const advised = [remedy(etc, "manager.conf", user, "writetimeout", "5000")];
  if (lines === undefined) {
    return {
      check,
      result: "skip",
      message: `The writetimeout of ${user} cannot be seen from here. Without the line it is 100 ms: a longer hiccup of the network can cost the connection (it is made again, and nothing is lost for long).`,
      remedies: advised,
    };
  }
  const milliseconds = lines.writetimeout ?? 100;
  if (milliseconds >= 1000) return { check, result: "ok", message: `writetimeout is ${milliseconds} ms.` };
  return {
    check,
    result: "warn",
    message: `writetimeout is ${milliseconds} ms${lines.writetimeout === undefined ? " (the default)" : ""}: a hiccup of the network as long as that can cost the connection.`,
    remedies: advised,
  };
}
