import { Command, InvalidArgumentError, Option } from "commander";
import type { Scope, Token, Verb } from "@cordboard/sdk";
import { CordboardError } from "../errors.ts";
import { columnsOf, printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { collect } from "./common-options.ts";
import { durationMs } from "./duration.ts";
import { openStorage, withStorageOptions } from "./storage-options.ts";
import type { StorageOptions } from "./storage-options.ts";

interface CreateOptions extends StorageOptions {
  readonly name: string;
  readonly pbx?: readonly string[];
  readonly extension?: readonly string[];
  readonly verb?: readonly Verb[];
  readonly expires?: number;
}

const VERBS = ["read", "call-history", "presence", "admin"] as const satisfies readonly Verb[];

const HELP = `
Tokens are what programs use the API with. They work on the server's data,
whether the server runs or not; a running one knows at once.

Examples:
  cordboard token create --name CRM --verb read --verb call-history
  cordboard token create --name "Kai's phone" --extension 1000 --expires 30d
  TOKEN=$(cordboard token create --name script)
  cordboard token revoke 5d1f0c2ab3e4
`;

const CREATE_HELP = `
The token alone goes to standard output, once; only a hash of it is kept.
Without --pbx and --extension it reaches all of them, without --verb it reads.
`;

/** `cordboard token create|list|revoke`. */
export function tokenCommand(io: CliIo): Command {
  const command = new Command("token")
    .description("make, list and revoke tokens of the API")
    .addHelpText("after", HELP);
  command.addCommand(createCommand(io));
  command.addCommand(listCommand(io));
  command.addCommand(revokeCommand(io));
  return command;
}

function createCommand(io: CliIo): Command {
  return withStorageOptions(new Command("create"))
    .description("make a token, and print it this once")
    .requiredOption("--name <text>", "what it is for")
    .option("--pbx <id>", "a PBX it reaches, by its id; may be repeated (default: all)", collect)
    .option("--extension <number>", "an extension it reaches; may be repeated (default: all)", collect)
    .addOption(
      new Option("--verb <verb>", "what it allows; may be repeated (default: read)")
        .choices(VERBS)
        .argParser((value: string, before: readonly Verb[] | undefined) => [...(before ?? []), asVerb(value)]),
    )
    .option("--expires <time>", "ends after this time: 30d, 12h, 90m (default: never)", parseDuration)
    .addHelpText("after", CREATE_HELP)
    .action(async (options: CreateOptions) => {
      const [{ TokenService }, { AuditLog }, { newTokenSchema }, { auditedToken }, { safeText }] = await Promise.all([
        import("../tokens/token-service.ts"),
        import("../audit/audit-log.ts"),
        import("@cordboard/sdk/schemas"),
        import("../tokens/routes.ts"),
        import("../terminal/safe-text.ts"),
      ]);
      const scope: Scope = {
        pbxs: options.pbx === undefined ? "*" : [...options.pbx],
        extensions: options.extension === undefined ? "*" : [...options.extension],
        verbs: [...new Set(options.verb ?? ["read" as const])],
      };
      const end =
        options.expires === undefined ? {} : { expiresAt: new Date(Date.now() + options.expires).toISOString() };
      const wanted = newTokenSchema.safeParse({ name: options.name, scope, ...end });
      if (!wanted.success) {
        const [issue] = wanted.error.issues;
        throw new CordboardError("USAGE", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is wrong"}`);
      }
      await using storage = await openStorage(io, options, true);
      const tokens = new TokenService(storage);
      const token = await new AuditLog(storage.database).around(
        { actor: "cli", action: "token.create", target: "", detail: auditedToken(wanted.data) },
        () => tokens.create(wanted.data),
        ({ id }) => id,
      );
      if (options.json === true) {
        printLine(io.stdout, JSON.stringify(token));
        return;
      }
      printLine(io.stderr, safeText(`Token ${token.id}, "${token.name}": ${describeScope(token)}.`));
      printLine(io.stderr, "It is shown this once. Use it as: curl -H 'Authorization: Bearer TOKEN' …/api/v1/calls");
      printLine(io.stdout, token.secret);
    });
}

function listCommand(io: CliIo): Command {
  return withStorageOptions(new Command("list"))
    .description("list the tokens, without their secrets")
    .action(async (options: StorageOptions) => {
      const [{ TokenService }, { wrapText }, { safeJson, safeText }] = await Promise.all([
        import("../tokens/token-service.ts"),
        import("../terminal/wrap-text.ts"),
        import("../terminal/safe-text.ts"),
      ]);
      await using storage = await openStorage(io, options, false);
      const tokens = storage === undefined ? [] : await new TokenService(storage).list();
      if (options.json === true) {
        for (const token of tokens) printLine(io.stdout, safeJson(token));
        return;
      }
      if (tokens.length === 0) {
        printLine(io.stdout, 'No token. Make one with "cordboard token create --name …".');
        return;
      }
      const indent = " ".repeat(14);
      printLine(io.stdout, `${"Id".padEnd(indent.length)}Name`);
      for (const token of tokens) {
        printLine(io.stdout, safeText(`${token.id}  ${token.name}`));
        const used = token.lastUsedAt === undefined ? "never used" : `last used ${token.lastUsedAt}`;
        const lines = wrapText(safeText(`${describeScope(token)}; ${used}`), columnsOf(io.stdout) - indent.length);
        for (const line of lines) printLine(io.stdout, indent + line);
      }
    });
}

function revokeCommand(io: CliIo): Command {
  return withStorageOptions(new Command("revoke"))
    .description("end a token at once, its open streams included")
    .argument("<id>", "its id, as the list has it")
    .action(async (id: string, options: StorageOptions) => {
      const [{ TokenService }, { AuditLog }, { parseToken }] = await Promise.all([
        import("../tokens/token-service.ts"),
        import("../audit/audit-log.ts"),
        import("../tokens/token-secret.ts"),
      ]);
      // Who has only the token itself at hand means this one.
      const wanted = parseToken(id)?.id ?? id;
      await using storage = await openStorage(io, options, false);
      const tokens = storage === undefined ? undefined : new TokenService(storage);
      const token = await tokens?.get(wanted);
      if (storage === undefined || tokens === undefined || token === undefined) {
        throw new CordboardError(
          "TOKEN_UNKNOWN",
          'There is no such token. "cordboard token list" has those there are.',
        );
      }
      await new AuditLog(storage.database).around(
        { actor: "cli", action: "token.revoke", target: wanted, detail: { name: token.name } },
        () => tokens.revoke(wanted),
      );
      const text = `Revoked ${wanted}. A running server ends its streams within a second.`;
      printLine(io.stdout, options.json === true ? JSON.stringify({ revoked: wanted }) : text);
    });
}

function asVerb(text: string): Verb {
  const verb = VERBS.find((each) => each === text);
  if (verb === undefined) throw new InvalidArgumentError(`It must be one of ${VERBS.join(", ")}.`);
  return verb;
}

function parseDuration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError("It must be like 30d, 12h or 90m.");
  return ms;
}

function describeScope({ scope, expiresAt }: Token): string {
  const end = expiresAt === undefined ? "never expires" : `expires ${expiresAt}`;
  return `${scope.verbs.join(", ")}; ${describeReach(scope)}; ${end}`;
}

/** What narrows a token. */
function describeReach({ pbxs, extensions }: Scope): string {
  const list = (names: Scope["pbxs"], what: string): string[] => (names === "*" ? [] : [`${what} ${names.join(", ")}`]);
  const limits = [...list(pbxs, "PBX"), ...list(extensions, "extension")];
  return limits.length === 0 ? "everything" : limits.join("; ");
}
