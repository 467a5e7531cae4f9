/** How one ARI operation goes over the wire: a row of the generated table. */
export interface OperationSpec {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `{name}` for each path parameter. */
  readonly path: string;
  /** Names of the query parameters. */
  readonly query?: readonly string[];
  /** Those of them that take several values, comma separated. */
  readonly multiple?: readonly string[];
  /** The body parameter's name. */
  readonly body?: string;
  /** The body is the parameter's value itself, not `{name: value}`. */
  readonly rawBody?: boolean;
  readonly result: "json" | "void" | "binary";
  /** First release of each branch that has the operation. */
  readonly since: readonly string[];
}
