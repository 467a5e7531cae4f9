// Prints what the phone hands to an application as its settings: from a file to `app.getConfig().settings`.
import { resolve } from "node:path";
import { loadConf, nodeFileReader, readPhoneApplications } from "@cordboard/asterisk-files";

const file = resolve(process.argv[2] ?? `${import.meta.dirname}/res_digium_phone.conf`);
const { applications, problems } = readPhoneApplications(await loadConf(file, nodeFileReader()));
for (const { section, name, filename, autostart, settings } of applications) {
  process.stdout.write(`${section}: ${JSON.stringify({ name, filename, autostart, settings }, undefined, 2)}\n`);
}
for (const { message } of problems) process.stderr.write(`${message}\n`);
