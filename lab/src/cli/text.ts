import type { InstanceState } from "../instance-state.ts";
import type { LabAsterisk } from "../lab-asterisk.ts";
import type { ChangeRoot } from "../change-root.ts";

/** Everything a program needs to connect, as one line each to paste. */
export function connectionText(lab: LabAsterisk): string {
  const { host, ports, users } = lab;
  const which = lab.name === `asterisk-${lab.version}` ? "" : ` --name ${lab.name}`;
  const row = (name: string, value: string): string => `  ${name.padEnd(10)} ${value}`;
  const ami = (user: { user: string; secret: string }): string =>
    `ami://${user.user}:${user.secret}@${host}:${ports.ami}`;
  const ari = (user: { user: string; secret: string }): string =>
    `http://${user.user}:${user.secret}@${host}:${ports.http}/ari`;
  return [
    `Asterisk ${lab.version} "${lab.name}" is up (pid ${lab.pid}, profile ${lab.profile}).`,
    "",
    "Ports on 127.0.0.1",
    row("AMI", `${ports.ami}, with TLS ${ports.amiTls}`),
    row("ARI", `${ports.http}, with TLS ${ports.https}`),
    row(
      "SIP",
      `${ports.sip}${lab.version === 16 ? `, chan_sip ${ports.chanSip}` : ""} (UDP), RTP ${ports.rtpStart}-${ports.rtpEnd}`,
    ),
    "",
    "AMI",
    row("full", ami(users.amiFull)),
    row("call", ami(users.amiCall)),
    row("view", ami(users.amiView)),
    row("admin", ami(users.amiAdmin)),
    "",
    "ARI",
    row("all", ari(users.ari)),
    row("read only", ari(users.ariView)),
    row("try", `curl -u ${users.ari.user}:${users.ari.secret} \\`),
    row("", `  http://${host}:${ports.http}/ari/asterisk/info`),
    "",
    "Files",
    row("folder", lab.folder),
    row("CA", `${lab.folder}/etc/lab.pem`),
    "",
    `See a call:  npm run lab -- call 1000 1002${which}`,
    `End it:      npm run lab -- down${which}`,
  ].join("\n");
}

/** The same for programs. Secrets are in it: it is what was asked for, and all of it listens on the loopback alone. */
export function connectionJson(lab: LabAsterisk): Record<string, unknown> {
  const { name, version, profile, pid, host, ports, users, folder, restApiDir, documentationFile } = lab;
  return { name, version, profile, pid, host, ports, users, folder, restApiDir, documentationFile };
}

/** What `status` prints. */
export function statusText(
  instances: readonly { readonly state: InstanceState; readonly condition: string }[],
  roots: readonly { readonly root: ChangeRoot; readonly built: boolean }[],
  now: number,
): string {
  const lines = instances.map(({ state, condition }) =>
    [
      state.name.slice(0, 24).padEnd(24),
      `${state.version}`.padEnd(3),
      condition.padEnd(8),
      ageOf(now - state.startedAt).padStart(6),
      `${state.ports.ami}`.padStart(6),
      `${state.ports.http}`.padStart(6),
      `${state.ports.sip}`.padStart(6),
      `  ${state.owner ? `of process ${state.owner.pid}` : state.profile}`,
    ].join(" "),
  );
  const head = `${"name".padEnd(24)} ver state       age    AMI    ARI    SIP`;
  return [
    ...(lines.length > 0 ? [head, ...lines] : ["No Asterisk of the lab is up."]),
    "",
    ...roots.map(
      ({ root, built }) => `change root ${root.version}: ${built ? root.path : "not built yet (about 40 s, once)"}`,
    ),
  ].join("\n");
}

/** A time span as people say it: `12 s`, `5 min`, `3 h`, `2 d`. */
function ageOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
