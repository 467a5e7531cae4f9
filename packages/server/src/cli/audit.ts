import { Command } from "commander";
import { columnsOf, printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { numberBetween } from "./common-options.ts";
import { openStorage, withStorageOptions } from "./storage-options.ts";
import type { StorageOptions } from "./storage-options.ts";

interface AuditOptions extends StorageOptions {
  readonly limit: number;
}

const HELP = `
Who is the id of a token, or "cli" for a command on the server's own data.

Examples:
  cordboard audit
  cordboard audit --limit 1000 --json
`;

/** `cordboard audit`: who changed what. */
export function auditCommand(io: CliIo): Command {
  return withStorageOptions(new Command("audit"))
    .description("show who changed what: tokens, presence; youngest first")
    .option("--limit <number>", "how many", numberBetween(1, 100_000), 50)
    .addHelpText("after", HELP)
    .action(async (options: AuditOptions) => {
      const [{ AuditLog }, { textTable }, { safeJson }] = await Promise.all([
        import("../audit/audit-log.ts"),
        import("../terminal/text-table.ts"),
        import("../terminal/safe-text.ts"),
      ]);
      await using storage = await openStorage(io, options, false);
      const records = storage === undefined ? [] : await new AuditLog(storage.database).read(options.limit);
      if (options.json === true) {
        for (const record of records) {
          printLine(io.stdout, safeJson({ ...record, time: new Date(record.time).toISOString() }));
        }
        return;
      }
      if (records.length === 0) {
        printLine(io.stdout, "Nothing was changed yet.");
        return;
      }
      const columns = [
        { title: "Time" },
        { title: "Who" },
        { title: "Did" },
        { title: "To", shrink: 2 },
        { title: "Result" },
        { title: "Detail", shrink: 3, min: 10 },
      ];
      const rows = records.map(({ time, actor, action, target, result, detail }) => [
        new Date(time).toISOString().slice(0, 19).replace("T", " "),
        actor,
        action,
        target,
        result,
        JSON.stringify(detail),
      ]);
      for (const line of textTable(columns, rows, columnsOf(io.stdout))) printLine(io.stdout, line);
    });
}
