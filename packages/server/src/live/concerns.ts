import type { Change } from "@cordboard/pbx";
import { concerned, isExtension } from "./who.ts";
import type { Concerned, Names, Party } from "./who.ts";

/** True if a change is about a call that this extension is in or goes out of, or about its state, presence, mailbox or queues. */
export function changeConcerns(change: Change, extension: string, names: Names): boolean {
  return whom(change, names).some((one) => isExtension(one, extension));
}

function whom(change: Change, names: Names): Concerned[] {
  switch (change.type) {
    case "queue-changed":
      return change.queue.members.map((member) =>
        concerned({ device: member.stateInterface ?? member.interface }, names),
      );
    case "device-state-changed":
      return [concerned({ device: change.device }, names)];
    case "extension-state-changed":
      return [{ numbers: [change.extension.exten] }];
    case "presence-changed": {
      const { presentity } = change.presence;
      const owner = names.extensions.find((one) => one.presentity === presentity);
      return [{ numbers: [owner?.number ?? presentity.slice(presentity.indexOf(":") + 1)] }];
    }
    case "mailbox-changed": {
      const { mailbox } = change.mailbox;
      const owner = names.extensions.find((one) => one.mailbox === mailbox);
      return [{ numbers: [owner?.number ?? mailbox.replace(/@.*$/u, "")] }];
    }
    case "originate-failed":
      return [concerned({ device: change.target }, names)];
    case "conference-room-changed":
    case "parking-changed":
      return [];
    default: {
      const parties: Party[] = [...change.call.connections];
      if ("connection" in change && change.connection !== undefined) parties.push(change.connection);
      if ("from" in change) parties.push(change.from);
      if ("transferring" in change && change.transferring !== undefined) parties.push(change.transferring);
      if (change.type === "call-cleared") parties.push(...change.call.cleared);
      return parties.map((party) => concerned(party, names));
    }
  }
}
