import { connect } from "node:net";
import { LabInstanceError } from "./errors.ts";

/**
 * Runs one command of Asterisk's own command line through its control socket and resolves with what it printed.
 *
 * This is what `asterisk -rx` does (main/asterisk.c, ast_remotecontrol): the server greets with one line
 * `host/pid/version`, `cli quit after COMMAND` and a NUL runs it and closes. A line may start with 0x7f and a level.
 *
 * @param path the socket, `asterisk.ctl`
 * @throws LabInstanceError `LAB_CONTROL_FAILED` if nobody listens there, or on silence for `timeoutMs` (10000 unless told)
 */
export function runCommand(path: string, command: string, timeoutMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    let asked = false;
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no word for ${timeoutMs} ms`)));
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      if (asked || !chunk.includes(0x0a)) return;
      asked = true;
      chunks.length = 0;
      socket.write(`cli quit after ${command}\0`);
    });
    socket.on("error", (cause) => {
      reject(
        new LabInstanceError("LAB_CONTROL_FAILED", `Asterisk did not run "${command}": ${cause.message}.`, { cause }),
      );
    });
    socket.on("close", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      resolve(text.replaceAll(/\0/gu, "").replaceAll(/^\x7f./gmu, ""));
    });
  });
}
