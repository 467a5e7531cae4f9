import { parseAmiUrl } from "@cordboard/ami";
import { connect } from "@cordboard/pbx";

const ami = parseAmiUrl(process.argv[2] ?? "ami://user:secret@127.0.0.1:5038");
await using pbx = await connect({ id: "office", ami });
console.log(`${pbx.calls.length} calls, ${pbx.extensions.length} extensions`);
for await (const { change } of pbx.events()) {
  if (!("call" in change)) continue;
  const parties = change.call.connections.map(({ name, number, state }) => `${name} <${number}> ${state}`);
  console.log(change.type, `(${change.cause})`, parties.join(", "));
}
