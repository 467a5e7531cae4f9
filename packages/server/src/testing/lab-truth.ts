import { connect } from "node:net";
import type { Socket } from "node:net";
import type { LabAsterisk } from "@cordboard/lab";

/** What Asterisk itself says of its channels over AMI, read with nothing of ours but this. */
export class LabTruth implements Disposable {
  readonly #socket: Socket;
  #text = "";
  #lost: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8").on("data", (text) => (this.#text += String(text)));
    socket.on("error", (error) => (this.#lost = error));
    socket.on("close", () => (this.#lost ??= new Error("Asterisk has closed the connection that reads the truth.")));
  }

  /** Logs in and begins to listen. */
  static async of(lab: LabAsterisk): Promise<LabTruth> {
    const socket = connect(lab.ports.ami, lab.host);
    const truth = new LabTruth(socket);
    const { user, secret } = lab.users.amiAdmin;
    socket.write(`Action: Login\r\nUsername: ${user}\r\nSecret: ${secret}\r\n\r\n`);
    await new Promise<void>((resolve) => {
      const wait = setInterval(() => {
        if (!truth.#text.includes("Authentication accepted")) return;
        clearInterval(wait);
        resolve();
      }, 10);
    });
    return truth;
  }

  /** Unique ids of the phones' channels that came (`Newchannel`) or went (`Hangup`) since the last call of {@link clear}. */
  ids(event: "Newchannel" | "Hangup"): string[] {
    const blocks = this.#blocks().filter((block) => block.startsWith(`Event: ${event}\r\n`));
    const phones = blocks.filter((block) => /^Channel: (?:PJ)?SIP\//m.test(block));
    return phones.flatMap((block) => /^Uniqueid: (.*)$/m.exec(block)?.[1]?.trim() ?? []);
  }

  /** The events about one channel, for the message of a test that fails. */
  about(uniqueid: string): string[] {
    const blocks = this.#blocks().filter((block) => `${block}\r\n`.includes(`Uniqueid: ${uniqueid}\r\n`));
    return blocks.map((block) => block.split("\r\n")[0] ?? "");
  }

  /** Asterisk ends a TestEvent with an empty line too many (seen on 22.10.1), which then stands before the next message. */
  #blocks(): string[] {
    // Without this a lost truth would agree with everything.
    if (this.#lost !== undefined) throw this.#lost;
    return this.#text.split("\r\n\r\n").map((block) => block.trimStart());
  }

  clear(): void {
    this.#text = "";
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
