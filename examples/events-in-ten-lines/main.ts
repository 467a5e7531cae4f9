// Prints all calls whenever something happens to one of them.
import { createClient, liveCalls } from "@cordboard/sdk";

const { CORDBOARD_URL: url = "http://127.0.0.1:8000", CORDBOARD_TOKEN: token } = process.env;
const onLink = (link: { state: string; error?: Error }) => console.error(link.error?.message ?? `link ${link.state}`);
const events = createClient({ url, token }).events({ onLink });

for await (const { event, live } of liveCalls(events)) {
  const calls = [...live.calls.values()].map(({ connections }) =>
    connections.map(({ name, number, device, state }) => `${name ?? number ?? device} ${state}`),
  );
  if ("call" in event || event.type === "snapshot") console.log(event.type, calls);
}
