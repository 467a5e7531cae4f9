/** A person with a phone in the lab. */
export interface LabPerson {
  readonly number: string;
  readonly name: string;
  /** Present if the phone must prove who it is (SIP digest). */
  readonly password?: string;
}

/** The phones of chan_pjsip. Those without a password may register as they like: all of the lab is on the loopback. */
export const people: readonly LabPerson[] = [
  { number: "1000", name: "Kai" },
  { number: "1001", name: "Ana" },
  { number: "1002", name: "Ping" },
  { number: "1003", name: "Omar" },
  { number: "1006", name: "Lena" },
  { number: "1009", name: "Nora", password: "nora-of-the-lab" },
  { number: "1111", name: "Batman" },
];

/** The phones of chan_sip, on Asterisk 16 only. */
export const chanSipPeople: readonly LabPerson[] = [
  { number: "102", name: "Sam" },
  { number: "103", name: "Tess" },
];

/** The address of the trunk's other end: Asterisk tells the trunk from the phones by it. */
export const trunkAddress = "127.0.0.2";

/** The addresses of a load test's callers and of who answers them. */
export const loadAddresses = { caller: "127.0.0.3", callee: "127.0.0.4" } as const;

/** The number that a load test calls. */
export const loadNumber = "605";

/** Numbers from outside end in an extension: 4930555510 and 00 to 11 are the people, this one is the IVR. */
export const trunkPrefix = "493055551";

/** What can be dialled in the lab's plain dialplan, for people: shown by `lab up`, and in docs/lab.md. */
export const labNumbers: readonly (readonly [number: string, what: string])[] = [
  ["1000…1111", "the people's phones: Dial alone, no options"],
  ["102, 103", "chan_sip phones (Asterisk 16)"],
  ["2 + number", "Dial with g: goes on in the dialplan afterwards (hello-world)"],
  ["3 + number", "Dial with tTkK: feature codes work"],
  ["4 + number", "honours call forward (*72 number sets, *73 clears)"],
  ["5 + number", "straight to voicemail"],
  ["6 + number", "rings for 3 s, then voicemail"],
  ["7 + number", "rings for 2 s, then ends unanswered"],
  ["500", "IVR: 1 sales queue, 2 Ping, 3 conference, 9 repeats"],
  ["600, 601, 602", "echo, music on hold, an announcement"],
  ["603, 604", "busy, congestion"],
  ["605", "who answers the load test"],
  ["700", "queue sales, ring all: Ping and Omar"],
  ["710", "queue support, rrmemory: Ana, Ping and Omar"],
  ["715", "queue local: members are Local channels"],
  ["70", "park (by transfer); 701 to 709 take the parked call back"],
  ["720, 721, 722", "ring group Ana, Ping, Omar: with &, with Local, with Local /n"],
  ["740", "forward chain 740, 741, 742 through Local channels to Ping"],
  ["800", "conference room (ConfBridge)"],
  ["900", "Stasis(hello-world)"],
  ["stasis-NAME", "Stasis(NAME, caller's number)"],
  ["*8, ** + number", "pick up: the group's call, that number's call"],
  ["*97", "own mailbox (PIN not asked)"],
  ["00 + number", "out through the trunk"],
];
