import { stderr, stdout } from "node:process";
import { commands, type CommandOutput } from "./cli/commands.ts";
import { readCommandLine } from "./cli/options.ts";
import { LabError, LabUsageError } from "./errors.ts";

const out: CommandOutput = {
  print: (text) => {
    if (stderr.isTTY) stderr.write("\r\x1b[K");
    stdout.write(`${text}\n`);
  },
  progress: (text) => void stderr.write(stderr.isTTY ? `\r\x1b[K${text.slice(0, 79)}` : `${text}\n`),
};

try {
  const line = readCommandLine(process.argv.slice(2));
  const command = Object.hasOwn(commands, line.command) ? commands[line.command] : undefined;
  if (!command) throw new LabUsageError(`There is no command "${line.command}": run \`npm run lab -- help\`.`);
  await command(line, out);
} catch (error) {
  // A full disk or a folder one may not write to is the system's word, and no fault of ours to trace.
  const isSystem = error instanceof Error && "syscall" in error;
  if (!(error instanceof LabError) && !isSystem) throw error;
  const code = error instanceof LabError ? ` (${error.code})` : "";
  stderr.write(`${stderr.isTTY ? "\r\x1b[K" : ""}${error.message}${code}\n`);
  process.exitCode = error instanceof LabUsageError ? 2 : 1;
}
