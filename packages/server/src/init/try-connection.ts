import { connectOnce } from "../config/connect-once.ts";
import { CordboardError } from "../errors.ts";
import { urlHost } from "../http/host-check.ts";
import type { Answers } from "./answers.ts";
import type { Asker } from "./ask.ts";

/** How the trial ended. */
export interface Tried {
  readonly ok: boolean;
  readonly message?: string;
}

/** Tries AMI, and ARI if it is wanted, until both answer or nobody wants to try again; `silent` asks nobody. */
export async function tryUntilGood(
  signal: AbortSignal,
  answers: Answers,
  asker: Asker,
  silent: boolean,
  say: (line?: string) => void,
): Promise<Tried> {
  const { host, port, user, secret, tls } = answers;
  for (;;) {
    if (!silent) await asker.text("Press Enter to try the connection", " ");
    say(`Trying ${host}:${port} as ${user} …`);
    let message: string;
    try {
      const client = await connectOnce({ host, port, username: user, secret, tls, events: "off" }, signal);
      say(`Connected: Asterisk greets with AMI ${client.server.version}.`);
      await client.close();
      await tryAri(answers, signal, say);
      return { ok: true };
    } catch (error) {
      if (signal.aborted) throw error;
      message = (error as Error).message;
      say(message);
    }
    if (silent || !(await asker.yes("Try again", true))) return { ok: false, message };
  }
}

/** @throws Error that says what is wrong with ARI */
async function tryAri({ ari, host }: Answers, signal: AbortSignal, say: (line?: string) => void): Promise<void> {
  if (ari === undefined) return;
  const { AriClient } = await import("@cordboard/ari");
  const { user: username, password, port } = ari;
  await using client = new AriClient({ url: `http://${urlHost(host)}:${port}/ari`, username, password });
  const { status } = await client.request("GET", "/asterisk/info", { signal });
  if (status !== 200) {
    throw new CordboardError(
      "ARI_REFUSED",
      `ARI at ${host}:${port} answered with status ${status}; "cordboard doctor" says why.`,
    );
  }
  say(`Connected: ARI knows the user ${username}.`);
}
