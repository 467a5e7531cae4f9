import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { controlSocketOf } from "./asterisk-process.ts";
import type { LabFolders } from "./cache.ts";
import { changeRootOf } from "./change-root.ts";
import { chanSipPeople, people, trunkAddress } from "./config/lab-numbers.ts";
import { runCommand } from "./control-socket.ts";
import { parseBridges, parseChannels, type BridgeDump, type ChannelDump } from "./dumps.ts";
import { LabInstanceError } from "./errors.ts";
import { instanceFolder, type InstanceState, type LabProfile, type LabUsers } from "./instance-state.ts";
import { runManagerAction, type ManagerAction } from "./manager-action.ts";
import { Phone, type PhoneOptions } from "./phone/phone.ts";
import type { LabPorts } from "./ports.ts";
import { certificateIn } from "./tls-certificate.ts";
import type { LabVersion } from "./versions.ts";
import { waitFor, type WaitOptions } from "./wait-for.ts";

/** How a phone of the lab behaves; where its Asterisk is, the lab knows. */
export type LabPhoneOptions = Omit<PhoneOptions, "server" | "address" | "account">;

/** A running Asterisk of the lab, and the phones that this process has added to it. */
export class LabAsterisk implements AsyncDisposable {
  readonly name: string;
  readonly version: LabVersion;
  readonly profile: LabProfile;
  /** Where all ports are. */
  readonly host: string = "127.0.0.1";
  readonly ports: LabPorts;
  readonly users: LabUsers;
  /** Process id of Asterisk. */
  readonly pid: number;
  /** The instance's own folder: `etc`, `log`, `spool` (voicemail), `lib`, `run`. */
  readonly folder: string;
  /** The change root it runs in. */
  readonly changeRoot: string;
  /** The folder of Asterisk's ARI description (`*.json`). */
  readonly restApiDir: string;
  /** Asterisk's own documentation of actions and events (`core-en_US.xml`). */
  readonly documentationFile: string;
  readonly #phones = new Set<Phone>();
  readonly #onStop: () => Promise<void>;
  #stopped: Promise<void> | undefined;

  /** For the lab itself: use `startAsterisk` or `attachAsterisk`. */
  constructor(folders: LabFolders, state: InstanceState, onStop: () => Promise<void>) {
    const root = changeRootOf(state.version, folders);
    this.name = state.name;
    this.version = state.version;
    this.profile = state.profile;
    this.ports = state.ports;
    this.users = state.users;
    this.pid = state.asterisk?.pid ?? 0;
    this.folder = instanceFolder(folders, state.name);
    this.changeRoot = root.path;
    this.restApiDir = root.restApiDir;
    this.documentationFile = root.documentationFile;
    this.#onStop = onStop;
  }

  /** Runs one command of Asterisk's command line, such as `core show channels`. @throws LabInstanceError `LAB_CONTROL_FAILED` */
  cli(command: string): Promise<string> {
    return runCommand(controlSocketOf(this.folder), command);
  }

  /** Sends one AMI action as the user who may do all. @throws LabInstanceError `LAB_ACTION_FAILED`, `LAB_CONTROL_FAILED` */
  action(action: ManagerAction): Promise<Record<string, string>> {
    return runManagerAction({ host: this.host, port: this.ports.ami }, this.users.amiAdmin, action);
  }

  /** All channels there are. */
  async channels(): Promise<ChannelDump[]> {
    return parseChannels(await this.cli("core show channels concise"));
  }

  /** All bridges there are. */
  async bridges(): Promise<BridgeDump[]> {
    return parseBridges(await this.cli("bridge show all"));
  }

  /** Resolves when no channel is left. */
  async waitUntilIdle(options?: WaitOptions): Promise<void> {
    let left: ChannelDump[] = [];
    await waitFor(async () => (left = await this.channels()).length === 0, {
      what: () => `all channels of ${this.name} to end; left are ${left.map(({ name }) => name).join(", ")}`,
      everyMs: 25,
      ...options,
    });
  }

  /** {@link waitFor}, at hand. */
  waitFor<T>(condition: () => T | Promise<T>, options?: WaitOptions): Promise<Exclude<T, false | null | undefined>> {
    return waitFor(condition, options);
  }

  /** The certificate (PEM) that AMI and ARI over TLS show, which vouches for itself: a client's `ca`. */
  async certificate(): Promise<string> {
    return certificateIn(await readFile(join(this.folder, "etc", "lab.pem"), "utf8"));
  }

  /** True for a number that {@link LabAsterisk.addPhone} takes. */
  hasPhone(number: string): boolean {
    const phones = this.version === 16 ? [...people, ...chanSipPeople] : people;
    return number === "trunk" || phones.some((one) => one.number === number);
  }

  /**
   * Adds a phone: one of the people's numbers, `102` or `103` (chan_sip, on 16), or `trunk`.
   *
   * A phone with the same number that is already registered, from any process, no longer gets calls.
   *
   * @throws LabInstanceError `LAB_NO_PHONE` for a number the lab has not; LabPhoneError `SIP_REFUSED`, `SIP_NO_ANSWER`
   */
  async addPhone(number: string, options: LabPhoneOptions = {}): Promise<Phone> {
    if (!this.hasPhone(number)) {
      throw new LabInstanceError(
        "LAB_NO_PHONE",
        `Asterisk ${this.version} of the lab has no phone ${number}: see \`npm run lab -- numbers\`.`,
      );
    }
    const person = people.find((one) => one.number === number);
    const chanSip = chanSipPeople.some((one) => one.number === number);
    const phone = await Phone.start(number, {
      ...options,
      server: { address: this.host, port: chanSip ? this.ports.chanSip : this.ports.sip },
      ...(number === "trunk" ? { address: trunkAddress } : {}),
      ...(person?.password ? { account: { user: number, password: person.password } } : {}),
    });
    this.#phones.add(phone);
    return phone;
  }

  /** Adds several phones at once, all with the same behaviour. */
  async addPhones(numbers: readonly string[], options: LabPhoneOptions = {}): Promise<Phone[]> {
    return Promise.all(numbers.map((number) => this.addPhone(number, options)));
  }

  /** Stops the phones that this process added. */
  async stopPhones(): Promise<void> {
    const phones = [...this.#phones];
    this.#phones.clear();
    await Promise.all(phones.map((phone) => phone.stop()));
  }

  /** Stops the phones that this process added, and Asterisk too if this process started it. */
  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      await this.stopPhones();
      await this.#onStop();
    })();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
