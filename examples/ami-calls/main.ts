// Prints who calls whom: node --conditions=@cordboard/source examples/ami-calls/main.ts ami://user:secret@pbx:5038
import { AmiClient, parseAmiUrl } from "@cordboard/ami";

const client = new AmiClient(parseAmiUrl(process.argv[2] ?? "ami://admin:secret@127.0.0.1:5038"));
client.on("error", (error) => process.stderr.write(`${error.message}\n`));
client.onEvent("DialBegin", (event) => {
  const caller = event.get("CallerIDNum") ?? "somebody";
  process.stdout.write(`${caller} calls ${event.get("DestCallerIDNum") ?? event.get("DialString") ?? "somebody"}\n`);
});
await client.connect();
