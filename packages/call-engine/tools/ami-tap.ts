import { connect, type Socket } from "node:net";

/** A user of AMI. */
export interface AmiUser {
  readonly user: string;
  readonly secret: string;
}

/** One message as it crossed the link. */
export interface TappedMessage {
  /** Milliseconds since the tap was opened. */
  readonly at: number;
  readonly from: "asterisk" | "client";
  /** The message with its empty line. */
  readonly data: string;
}

/** What a trace is about, so that it carries no more. */
export interface TapWants {
  /** Device, extension and presence states. */
  readonly states?: boolean;
  /** Queues and their members. */
  readonly queues?: boolean;
  /** Every event as on the wire, and no snapshots. */
  readonly everything?: boolean;
}

/** Events nobody needs for calls: a third of all bytes and more. */
const unwanted =
  /^Event: (?:VarSet|RTCP\w+|TestEvent|DTMFBegin|BridgeVideoSourceUpdate|Cdr|CEL|PeerStatus|ContactStatus)\r?$/mu;
const ofStates = /^Event: (?:DeviceStateChange|ExtensionStatus|PresenceStatus|PresenceStateChange)\r?$/mu;
const ofMembers = /^Event: QueueMember\w+\r?$/mu;

/**
 * Listens to AMI as it is, and asks for a snapshot whenever the PBX has been quiet for a while: on the same link, so
 * that events and snapshots have one order.
 */
export class AmiTap {
  readonly messages: TappedMessage[] = [];
  readonly #socket: Socket;
  readonly #startedAt = performance.now();
  readonly #wants: TapWants;
  #text = "";
  #asked = 0;
  #lastEventAt = 0;
  #dirty = true;
  #pending = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(socket: Socket, wants: TapWants) {
    this.#socket = socket;
    this.#wants = wants;
  }

  /** Logs in, and asks for the first snapshot. */
  static async open(port: number, who: AmiUser, wants: TapWants = {}): Promise<AmiTap> {
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("utf8");
    const tap = new AmiTap(socket, wants);
    const loggedIn = new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("data", (chunk: string) => tap.#onData(chunk, resolve));
    });
    const Events = wants.everything ? "on" : "system,call,agent,user,dtmf,dialplan";
    socket.write(format({ Action: "Login", ActionID: "login", Username: who.user, Secret: who.secret, Events }));
    await loggedIn;
    if (wants.states) {
      for (const action of ["ExtensionStateList", "DeviceStateList", "PresenceStateList"]) tap.#ask({ Action: action });
    }
    tap.#snapshot();
    tap.#timer = setInterval(() => tap.#onQuiet(), 20);
    return tap;
  }

  /** Resolves when nothing has happened for that long and no snapshot is due. */
  async settled(milliseconds = 220): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 80));
    while (this.#dirty || this.#pending > 0 || performance.now() - this.#lastEventAt < milliseconds)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }

  #onQuiet(): void {
    if (!this.#dirty || this.#pending > 0 || performance.now() - this.#lastEventAt < 120) return;
    this.#snapshot();
  }

  #snapshot(): void {
    this.#dirty = false;
    if (this.#wants.everything) return;
    for (const action of ["CoreShowChannels", "BridgeList", "ParkedCalls", "ConfbridgeListRooms"])
      this.#ask({ Action: action });
    if (this.#wants.queues) this.#ask({ Action: "QueueStatus" });
  }

  #ask(action: Record<string, string>): void {
    this.#pending++;
    const data = format({ ...action, ActionID: `snapshot-${++this.#asked}` });
    this.#keep("client", data);
    this.#socket.write(data);
  }

  #onData(chunk: string, onLogin: () => void): void {
    this.#text += chunk;
    const messages = this.#text.split("\r\n\r\n");
    this.#text = messages.pop() ?? "";
    for (const message of messages) this.#onMessage(`${message}\r\n\r\n`, onLogin);
  }

  #onMessage(data: string, onLogin: () => void): void {
    if (/^ActionID: login\r?$/mu.test(data)) return onLogin();
    if (!this.#wants.everything && this.#isUnwanted(data)) return;
    const isSnapshot = /^ActionID: snapshot-/mu.test(data);
    this.#keep("asterisk", data);
    if (!isSnapshot) {
      this.#dirty = true;
      this.#lastEventAt = performance.now();
      return;
    }
    if (/^EventList: (?:Complete|cancelled)/mu.test(data) || /^Response: Error/mu.test(data)) this.#pending--;
    const room = /^Event: ConfbridgeListRooms\r\n[\s\S]*^Conference: (.*)\r$/mu.exec(data)?.[1];
    if (room !== undefined) this.#ask({ Action: "ConfbridgeList", Conference: room });
  }

  #isUnwanted(data: string): boolean {
    if (unwanted.test(data)) return true;
    if (!this.#wants.states && ofStates.test(data)) return true;
    return !this.#wants.queues && ofMembers.test(data);
  }

  #keep(from: TappedMessage["from"], data: string): void {
    this.messages.push({ at: Math.round(performance.now() - this.#startedAt), from, data });
  }
}

function format(action: Readonly<Record<string, string>>): string {
  return `${Object.entries(action)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\r\n")}\r\n\r\n`;
}
