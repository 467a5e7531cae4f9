import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { choosePbxs, onePbx } from "../config/choose-pbxs.ts";
import type { ChosenPbxs } from "../config/choose-pbxs.ts";
import type { PbxConfig } from "../config/schema.ts";
import type { CliIo } from "./cli-io.ts";
import { printLine } from "./cli-io.ts";

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Options of the commands that talk to PBXs. */
export interface PbxOptions extends CommonOptions {
  readonly pbx?: readonly string[];
  readonly config?: string;
}

/** Adds `--json` and `--debug`. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--json", "output for scripts: JSON, one object per line")
    .option("--debug", "with an error, show where in the program it came from");
}

/** Adds `--pbx` and `--config` as well. */
export function withPbxOptions(command: Command): Command {
  return withCommonOptions(
    command
      .option(
        "--pbx <address>",
        "ami://user:secret@host, or an id of the configuration; may be repeated where several make sense",
        collect,
      )
      .option("--config <file>", "the configuration (default: $CORDBOARD_CONFIG, or ./cordboard.yaml)"),
  );
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** The PBXs meant; says on stderr when a secret on the command line can be seen by others. */
export function pbxsFor(io: CliIo, options: PbxOptions): ChosenPbxs {
  const chosen = choosePbxs(options, io.env);
  if (chosen.exposedSecrets.length > 0) {
    const exports = chosen.exposedSecrets.map((variable) => `${variable}=…`).join(" ");
    printLine(
      io.stderr,
      "Note: a secret on the command line shows in ps and in the shell's history. Better:\n" +
        `  export ${exports}   and leave it out of the address (or the whole address in CORDBOARD_PBX).`,
    );
  }
  return chosen;
}

/** The one PBX meant. */
export function onePbxFor(io: CliIo, options: PbxOptions): PbxConfig {
  return onePbx(pbxsFor(io, options).pbxs);
}

/** A parser for an option that is a number between two limits, both included. */
export function numberBetween(least: number, most: number, whole = true): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (
      text.trim() === "" ||
      !Number.isFinite(value) ||
      value < least ||
      value > most ||
      (whole && !Number.isInteger(value))
    ) {
      throw new InvalidArgumentError(`It must be a ${whole ? "whole " : ""}number from ${least} to ${most}.`);
    }
    return value;
  };
}
