import type { Scope } from "@cordboard/sdk";
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from "kysely";
import type { Tables } from "../storage/database.ts";

/** A condition on rows of `call_history`. */
export type HistoryCondition = (builder: ExpressionBuilder<Tables, "call_history">) => Expression<SqlBool>;

/** Calls of the PBXs of a scope in which one of its extensions took part. */
export function ofScope(scope: Scope): HistoryCondition {
  return (builder) => builder.and([ofPbxs(scope)(builder), ofExtensions(scope)(builder)]);
}

/** Calls of the PBXs of a scope. */
function ofPbxs({ pbxs }: Pick<Scope, "pbxs">): HistoryCondition {
  return pbxs === "*" ? (builder) => builder.and([]) : oneOf("pbx", pbxs);
}

/**
 * Calls with one of these values. One has an index that has its calls in the order of time. For several SQLite would sort all of their
 * calls, so it must not see that there is an index.
 */
export function oneOf(column: "pbx" | "result", values: readonly string[]): HistoryCondition {
  const name = sql.ref(`call_history.${column}`);
  return () =>
    values.length === 1
      ? sql<boolean>`${name} = ${values[0]}`
      : sql<boolean>`coalesce(${name}, '') in (${sql.join(values)})`;
}

/** Calls in which one of the extensions of a scope took part. */
export function ofExtensions({ extensions }: Pick<Scope, "extensions">): HistoryCondition {
  return (builder) =>
    extensions === "*"
      ? builder.and([])
      : builder.exists(
          builder
            .selectFrom("call_history_party")
            .select(sql`1`.as("one"))
            .whereRef("call_history_party.call_seq", "=", "call_history.seq")
            // Not by the index of the extension, which SQLite would ask for each of them.
            .where(sql`coalesce(call_history_party.extension, '')`, "in", extensions),
        );
}
