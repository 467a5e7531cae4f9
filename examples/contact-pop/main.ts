// Pops the contact who calls: node --conditions=@cordboard/source examples/contact-pop/main.ts ami://user:secret@pbx:5038 1002 [contacts.csv] [OPEN]
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseAmiUrl } from "@cordboard/ami";
import { connect } from "@cordboard/pbx";
import { ContactPop } from "./contact-pop.ts";
import { readContacts } from "./contacts.ts";

const [, , url = "ami://user:secret@127.0.0.1:5038", extension = "1002", file, open] = process.argv;
const contacts = readContacts(readFileSync(file ?? new URL("contacts.csv", import.meta.url), "utf8"));
await using pbx = await connect({ id: "office", ami: parseAmiUrl(url) });
const pop = new ContactPop(contacts, (device) => pbx.extensionOf(device) === extension);
console.log(`Waiting for calls to ${extension}.`);
for await (const { change } of pbx.events()) {
  for (const { type, callId, number, contact } of pop.take(change)) {
    console.log(type, callId, number, contact?.name ?? "unknown", contact?.url ?? "");
    // `xdg-open` on Linux, `open` on macOS; without a shell, so that nothing in a contact is run.
    if (open !== undefined && type === "pop" && contact !== undefined) spawn(open, [contact.url], { stdio: "ignore" });
  }
}
