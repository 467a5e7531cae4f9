import { Command, Option } from "commander";
import type { Level } from "../init/levels.ts";
import { columnsOf, printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { numberBetween, pbxsFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";

interface DoctorOptions extends PbxOptions {
  readonly etc?: string;
  readonly level?: Level;
  readonly timeout: number;
}

const HELP = `
Looks at each PBX: name, port, TLS, greeting, login, rights of its users,
version, modules, events; by harmless actions alone. Where it can read the
PBX's files (--etc, the key etc of the configuration, or /etc/asterisk of this
machine for a PBX on it), it names the very line to change. Ends with code 1
if something is wrong.

Examples:
  cordboard doctor
  cordboard doctor --pbx hq --level full
  sudo cordboard doctor --etc /etc/asterisk --json
`;

/** `cordboard doctor`: what is wrong with the connection to each PBX, and which line to change. */
export function doctorCommand(io: CliIo): Command {
  return withPbxOptions(new Command("doctor"))
    .description("check the connection to each PBX, and say which line to change in which file")
    .option("--etc <folder>", "the PBX's configuration files, if this machine can read them")
    .addOption(
      new Option("--level <level>", "what the users should be able to do (default: as configured, or view)").choices([
        "view",
        "call",
        "full",
      ]),
    )
    .option("--timeout <seconds>", "for each step of the network", numberBetween(0.1, 600, false), 5)
    .addHelpText("after", HELP)
    .action(async (options: DoctorOptions) => {
      const [{ examinePbx }, { readEtc }, { printFindings }, { safeJson }, { makeStyle, wantsColour }, { onePbx }] =
        await Promise.all([
          import("../doctor/examine-pbx.ts"),
          import("../doctor/read-etc.ts"),
          import("../doctor/print-findings.ts"),
          import("../terminal/safe-text.ts"),
          import("../terminal/style.ts"),
          import("../config/choose-pbxs.ts"),
        ]);
      const { pbxs } = pbxsFor(io, options);
      if (pbxs.length === 0) onePbx(pbxs);
      const findings = [];
      for (const pbx of pbxs) {
        const level = options.level ?? pbx.level ?? "view";
        const etc = await readEtc(options.etc ?? pbx.etc, pbx);
        findings.push(...(await examinePbx(pbx, { level, etc, timeoutMs: options.timeout * 1000, signal: io.signal })));
      }
      if (options.json === true) for (const finding of findings) printLine(io.stdout, safeJson(finding));
      else {
        const style = makeStyle(wantsColour(io.stdout.isTTY === true, io.env));
        const nameOf = (id: string): string => pbxs.find((pbx) => pbx.id === id)?.name ?? id;
        for (const line of printFindings(findings, columnsOf(io.stdout), style, nameOf)) printLine(io.stdout, line);
      }
      if (findings.some(({ result }) => result === "fail")) io.exitCode = 1;
    });
}
