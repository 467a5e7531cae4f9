// Answers each call to `Stasis(hello-world,…)`, plays a greeting, sends a digit, holds, retrieves and hangs up.
import { connectAri } from "@cordboard/ari";

const url = process.argv[2] ?? "http://asterisk:asterisk@localhost:8088/ari";
const ari = await connectAri({ url, apps: "hello-world", signal: AbortSignal.timeout(5_000) });
const tell = (line: string): boolean => process.stdout.write(`${line}\n`);

ari.on("*", (event) => tell(`  ${event.type}`));
ari.stasis("hello-world", async (channel, args) => {
  tell(`call ${channel.id} with the arguments [${args.join(", ")}]`);
  await channel.answer();
  const playback = await channel.play("sound:hello-world");
  await playback.finished();
  await channel.dtmf("1");
  await channel.hold();
  await channel.unhold();
  await channel.hangup();
});
tell("Waiting for calls. Ctrl-C ends.");
