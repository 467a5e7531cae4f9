import { connect } from "node:net";
import { LabInstanceError } from "./errors.ts";
import type { LabUser } from "./instance-state.ts";

/** One action of AMI: names and values in their order. */
export type ManagerAction = Readonly<Record<string, string | readonly string[]>>;

/**
 * Logs in at AMI, sends one action, waits for its response, and leaves. Enough to start a call or to move one, and no more: programs
 * use `@cordboard/ami`. The lab has its own so that what tests that package does not depend on it.
 *
 * @throws LabInstanceError `LAB_ACTION_FAILED` if AMI refuses, `LAB_CONTROL_FAILED` if it cannot be reached
 */
export async function runManagerAction(
  where: { readonly host: string; readonly port: number },
  user: LabUser,
  action: ManagerAction,
): Promise<Record<string, string>> {
  const request = format({ ...action, ActionID: "action" });
  return new Promise((resolve, reject) => {
    const socket = connect(where.port, where.host);
    let text = "";
    socket.setEncoding("utf8");
    socket.setTimeout(10_000, () => socket.destroy(new Error("no word for 10 s")));
    socket.on("connect", () => {
      socket.write(
        format({ Action: "Login", ActionID: "login", Username: user.user, Secret: user.secret, Events: "off" }),
      );
      socket.write(request);
    });
    socket.on("data", (chunk: string) => {
      text += chunk;
      const messages = text.split("\r\n\r\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        const fields = parse(message);
        const failed = fields["Response"] === "Error";
        if (!failed && fields["ActionID"] !== "action") continue;
        if (failed) {
          const what = `AMI refused ${String(action["Action"])}: ${fields["Message"] ?? "no reason given"}.`;
          reject(new LabInstanceError("LAB_ACTION_FAILED", what));
        } else resolve(fields);
        socket.end(format({ Action: "Logoff" }));
      }
    });
    socket.on("error", (cause) => {
      reject(new LabInstanceError("LAB_CONTROL_FAILED", `AMI at port ${where.port}: ${cause.message}.`, { cause }));
    });
    socket.on("close", () =>
      reject(new LabInstanceError("LAB_CONTROL_FAILED", `AMI at port ${where.port} closed without a response.`)),
    );
  });
}

function format(action: ManagerAction): string {
  const lines = Object.entries(action).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((single) => `${name}: ${single}`),
  );
  const bad = lines.find((line) => /[\r\n\0]/u.test(line));
  if (bad !== undefined)
    throw new LabInstanceError(
      "LAB_ACTION_FAILED",
      `An AMI field must not hold CR, LF or NUL: ${JSON.stringify(bad)}.`,
    );
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function parse(message: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of message.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trim();
  }
  return fields;
}
