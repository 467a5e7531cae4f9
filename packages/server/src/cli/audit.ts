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

/** Where the second column begins: details stand there, below what was done. */
const INDENT = " ".repeat(21);

/** `cordboard audit`: who changed what. */
export function auditCommand(io: CliIo): Command {
  return withStorageOptions(new Command("audit"))
    .description("show who changed what: tokens, presence; youngest first")
    .option("--limit <number>", "how many", numberBetween(1, 100_000), 50)
    .addHelpText("after", HELP)
    .action(async (options: AuditOptions) => {
      const [{ AuditLog }, { textTable }, { wrapText }, { safeJson, safeText }] = await Promise.all([
        import("../audit/audit-log.ts"),
        import("../terminal/text-table.ts"),
        import("../terminal/wrap-text.ts"),
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
        { title: "To", shrink: 1, min: 12 },
        { title: "Result" },
      ];
      const rows = records.map(({ time, actor, action, target, result }) => [
        new Date(time).toISOString().slice(0, 19).replace("T", " "),
        actor,
        action,
        target,
        result,
      ]);
      const width = columnsOf(io.stdout);
      for (const [index, line] of textTable(columns, rows, width).entries()) {
        printLine(io.stdout, line);
        const detail = records[index - 1]?.detail;
        if (detail === undefined) continue;
        for (const more of wrapText(safeText(detailText(detail)), width - INDENT.length))
          printLine(io.stdout, INDENT + more);
      }
    });
}

function detailText(detail: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown): string =>
    Array.isArray(value) ? value.map(text).join(", ") : typeof value === "string" ? value : JSON.stringify(value);
  return Object.entries(detail)
    .map(([key, value]) => `${key}: ${text(value)}`)
    .join("; ");
}
