// `npm run generate`: writes the typed names of AMI and ARI anew, from the Asterisks of the lab.
import { changeRoots, runSource } from "./lab-command.ts";

const roots = changeRoots();
const newest = roots.find(({ version }) => version === 22);
const missing = roots.filter(({ built }) => !built).map(({ version }) => version);
if (missing.length > 0 || newest === undefined) {
  console.error(`The lab has no change root of Asterisk ${missing.join(" and ")} yet: sudo npm run test:install`);
  process.exitCode = 1;
} else {
  runSource(
    "packages/ami/tools/generate.ts",
    roots.map(({ version, documentationFile }) => `${version}=${documentationFile}`),
    "inherit",
  );
  runSource("packages/ari/tools/generate.ts", [newest.restApiDir], "inherit");
}
