import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { changeRootOf, isBuilt, requireRoot, type OnProgress } from "../change-root.ts";
import { labNumbers, loadNumber } from "../config/lab-numbers.ts";
import { LabUsageError } from "../errors.ts";
import { attachAsterisk, cleanUpStale, endInstance, listInstances, startAsterisk } from "../instances.ts";
import { placeLoad } from "../load.ts";
import { wellKnownPorts } from "../ports.ts";
import { scenarios } from "../scenarios/all-scenarios.ts";
import { fits, play } from "../scenarios/stage.ts";
import { labVersions } from "../versions.ts";
import { readDialplan } from "./dialplan-file.ts";
import { installLab } from "./install.ts";
import { helpText, type CommandLine } from "./options.ts";
import { connectionJson, connectionText, statusText } from "./text.ts";

/** Where a command writes: results, and what goes on meanwhile. */
export interface CommandOutput {
  print(text: string): void;
  /** One line that the next one may overwrite. */
  progress(text: string): void;
}

type Command = (line: CommandLine, out: CommandOutput) => Promise<void>;

const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

const progressOf =
  (out: CommandOutput): OnProgress =>
  (version, step) =>
    out.progress(`Asterisk ${version}: ${step}`);

const up: Command = async (line, out) => {
  const version = line.version ?? 22;
  const lab = await startAsterisk({
    version,
    name: line.name ?? `asterisk-${version}`,
    profile: line.profile,
    featureCodes: line.featureCodes,
    ports: line.ports,
    preferredPorts: wellKnownPorts,
    ...(line.secret === undefined ? {} : { secret: line.secret }),
    ...(line.dialplan === undefined ? {} : { dialplan: await readDialplan(line.dialplan) }),
    detached: true,
    onProgress: progressOf(out),
  });
  out.print(line.json ? asJson(connectionJson(lab)) : connectionText(lab));
};

const status: Command = async (line, out) => {
  if (line.name !== undefined) {
    const lab = await attachAsterisk(line.name);
    return out.print(line.json ? asJson(connectionJson(lab)) : connectionText(lab));
  }
  const instances = await listInstances();
  const roots = labVersions.map((version) => changeRootOf(version)).map((root) => ({ root, built: isBuilt(root) }));
  if (!line.json) return out.print(statusText(instances, roots, Date.now()));
  out.print(
    asJson({
      instances: instances.map(({ state, condition }) => ({ ...state, condition })),
      changeRoots: roots.map(({ root, built }) => ({ ...root, built })),
    }),
  );
};

const down: Command = async (line, out) => {
  requireRoot();
  const removed = await cleanUpStale();
  // What a living process owns is the Asterisk of a test that runs: it ends with that process, or by its name.
  const names = (await listInstances()).filter(({ state }) => !state.owner).map(({ state }) => state.name);
  if (line.name !== undefined) names.splice(0, names.length, ...(removed.includes(line.name) ? [] : [line.name]));
  else if (!line.all && names.length > 1) {
    throw new LabUsageError(`Several are up (${names.join(", ")}): use --name N or --all.`);
  }
  await Promise.all(names.map((name) => endInstance(name)));
  const ended = [...removed, ...names];
  out.print(line.json ? asJson({ ended }) : ended.length > 0 ? `Ended: ${ended.join(", ")}.` : "Nothing was up.");
};

const call: Command = async (line, out) => {
  const [from, to] = line.args;
  if (from === undefined || to === undefined) throw new LabUsageError("Say who calls whom: call 1000 1002.");
  await using lab = await attachAsterisk(line.name);
  const caller = await lab.addPhone(from);
  const numbers = new Set([
    "1000",
    "1001",
    "1002",
    "1003",
    "1006",
    "1009",
    "1111",
    ...(lab.version === 16 ? ["102", "103"] : []),
  ]);
  const callee =
    numbers.has(to) && to !== from ? await lab.addPhone(to, { onCall: { answerAfterMs: 1500 } }) : undefined;
  const leg = await caller.call(to);
  const stop = new AbortController();
  const interrupted = (): void => stop.abort();
  process.once("SIGINT", interrupted);
  const said: { at: number; event: string }[] = [];
  const startedAt = Date.now();
  const say = (event: string): void => {
    said.push({ at: Date.now() - startedAt, event });
    if (!line.json) out.print(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${event}`);
  };
  say(`${from} calls ${to}`);
  let [state, heard]: [string, string] = ["", ""];
  while (leg.state !== "ended" && !stop.signal.aborted && Date.now() - startedAt < line.seconds * 1000) {
    if (leg.state !== state) say(`the call is ${(state = leg.state)}`);
    const hears = [`${from} hears ${leg.hears().join(" and ")}`];
    const other = callee?.legs[0];
    if (other?.state === "up") hears.push(`${to} hears ${other.hears().join(" and ")}`);
    if (leg.state === "up" && hears.join(", ") !== heard) say((heard = hears.join(", ")));
    await delay(50, undefined, { signal: stop.signal }).catch(() => {});
  }
  say(leg.state === "ended" ? `the call has ended (${leg.endReason ?? "BYE"})` : `${from} hangs up`);
  // Only the caller hangs up: were both phones to end at once, Asterisk would tell of two who hang up.
  leg.hangUp();
  for (const other of callee?.legs ?? []) {
    await other.waitUntilEnded();
    if (other.endedBy === "them") say(`${to} is disconnected`);
  }
  process.off("SIGINT", interrupted);
  if (line.json) out.print(asJson(said));
};

const scenario: Command = async (line, out) => {
  const [name] = line.args;
  if (line.list || name === undefined) {
    const known = scenarios.map((one) => ({
      name: one.name,
      what: one.what,
      versions: one.versions ?? labVersions,
      profile: one.profile ?? "plain",
    }));
    const text = known.map((one) => `${one.name.padEnd(26)} ${one.what}`.trimEnd());
    return out.print(line.json ? asJson(known) : text.join("\n"));
  }
  const chosen = scenarios.find((one) => one.name === name);
  if (!chosen) throw new LabUsageError(`There is no scenario "${name}": run \`npm run lab -- scenario --list\`.`);
  await using lab = await attachAsterisk(line.name);
  if (!fits(chosen, lab)) {
    const needs = `--asterisk ${(chosen.versions ?? [lab.version]).join(" or ")} --profile ${chosen.profile ?? "plain"}`;
    throw new LabUsageError(
      `Scenario ${name} needs another Asterisk: start one with \`npm run lab -- up ${needs} --name other\`.`,
    );
  }
  const report = await play(chosen, lab, line.json ? {} : { pauseMs: line.pauseMs, onLine: (text) => out.print(text) });
  out.print(
    line.json
      ? asJson(report)
      : `Proved ${report.proofs.length} facts in ${(report.milliseconds / 1000).toFixed(1)} s.`,
  );
};

const load: Command = async (line, out) => {
  const lab = await attachAsterisk(line.name);
  const { calls, rate, seconds } = line;
  if (!line.json) out.print(`${calls} calls to ${loadNumber}, ${rate} a second, ${seconds} s each.`);
  const result = await placeLoad(lab, { calls, rate, seconds });
  out.print(
    line.json ? asJson(result) : `${result.successful} went well, ${result.failed} did not, in ${result.seconds} s.`,
  );
  if (result.failed > 0) process.exitCode = 1;
};

const cli: Command = async (line, out) => {
  if (line.args.length === 0) throw new LabUsageError('Say which command: cli "core show channels".');
  const lab = await attachAsterisk(line.name);
  const output = (await lab.cli(line.args.join(" "))).trimEnd();
  out.print(line.json ? asJson({ output }) : output);
};

const logs: Command = async (line, out) => {
  const lab = await attachAsterisk(line.name);
  const file = join(lab.folder, "log", "full");
  const tail = (await readFile(file, "utf8")).trimEnd().split("\n").slice(-line.lines);
  out.print(line.json ? asJson({ file, lines: tail }) : tail.join("\n"));
  if (!line.follow) return;
  await follow(file, (text) => out.print(text));
};

/** Prints what is added to a file, line by line, until the process is interrupted. */
async function follow(file: string, print: (text: string) => void): Promise<never> {
  const handle = await open(file);
  let [position, rest] = [(await handle.stat()).size, ""];
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(65_536), 0, 65_536, position);
    position += bytesRead;
    const lines = (rest + buffer.toString("utf8", 0, bytesRead)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) print(line);
    if (bytesRead === 0) await delay(200);
  }
}

const install: Command = async (line, out) => {
  const roots = await installLab(progressOf(out), (step) => out.progress(step));
  out.print(
    line.json
      ? asJson(roots)
      : [...roots.map((root) => `Asterisk ${root.version}: ${root.path}`), "Ready: npm run lab -- up"].join("\n"),
  );
};

const numbers: Command = async (line, out) => {
  out.print(
    line.json
      ? asJson(Object.fromEntries(labNumbers))
      : labNumbers.map(([number, what]) => `${number.padEnd(18)} ${what}`).join("\n"),
  );
};

/** Every command by its name. */
export const commands: Readonly<Record<string, Command>> = {
  up,
  status,
  down,
  call,
  scenario,
  load,
  cli,
  logs,
  install,
  numbers,
  help: async (_line, out) => out.print(helpText),
};
