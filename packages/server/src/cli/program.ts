import { Command } from "commander";
import type { CliIo } from "./cli-io.ts";
import { amiCommand } from "./ami.ts";
import { ariCommand } from "./ari.ts";
import { auditCommand } from "./audit.ts";
import { captureCommand } from "./capture.ts";
import { doctorCommand } from "./doctor.ts";
import { initCommand } from "./init.ts";
import { presenceCommand } from "./presence.ts";
import { replayCommand } from "./replay.ts";
import { startCommand } from "./start.ts";
import { tokenCommand } from "./token.ts";
import { watchCommand } from "./watch.ts";

const AFTER_HELP = `
Without a configuration, "start" and "watch" show recorded calls.

Examples:
  cordboard start          a demo: recorded calls, in the terminal and on a page
  AMI_SECRET=… cordboard start --pbx ami://user@host        calls of your PBX
  cordboard init           connect a PBX for good, step by step
  cordboard doctor         what is wrong, and which line to change

Exit codes: 0 done, 1 it failed, 2 command line or configuration is wrong.
`;

/** The `cordboard` command with all its subcommands. */
export function buildProgram(io: CliIo, version: string): Command {
  const program = new Command("cordboard")
    .description("The application server for Asterisk.")
    .version(version, "-V, --version", "print the version")
    .addHelpText("after", AFTER_HELP)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError('(see "cordboard --help")')
    .exitOverride();
  program.configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, "cordboard: ")),
    getOutHelpWidth: () => io.stdout.columns ?? 80,
    getErrHelpWidth: () => io.stderr.columns ?? 80,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  const commands = [
    startCommand,
    initCommand,
    doctorCommand,
    watchCommand,
    amiCommand,
    ariCommand,
    captureCommand,
    replayCommand,
    presenceCommand,
    tokenCommand,
    auditCommand,
  ];
  for (const make of commands) program.addCommand(inherit(program, make(io)));
  return program;
}

function inherit(program: Command, command: Command): Command {
  command.copyInheritedSettings(program);
  for (const child of command.commands) inherit(command, child);
  return command;
}
