import type { LabUsers } from "../instance-state.ts";
import type { LabPorts } from "../ports.ts";
import { section } from "./conf-text.ts";

/** manager.conf: AMI with and without TLS, and four users, each with the least classes for what it may do. */
export function managerConf(ports: LabPorts, users: LabUsers): string {
  const read = "system,call,agent,user,dtmf,reporting,cdr,dialplan";
  const local = { deny: "0.0.0.0/0.0.0.0", permit: "127.0.0.0/255.0.0.0" };
  return [
    section("general", {
      enabled: "yes",
      webenabled: "yes",
      bindaddr: "127.0.0.1",
      port: ports.ami,
      tlsenable: "yes",
      tlsbindaddr: `127.0.0.1:${ports.amiTls}`,
      tlscertfile: "/etc/asterisk/lab.pem",
      tlsprivatekey: "/etc/asterisk/lab.pem",
      displayconnects: "no",
    }),
    section(users.amiView.user, { secret: users.amiView.secret, ...local, read, write: "reporting" }),
    section(users.amiCall.user, {
      secret: users.amiCall.secret,
      ...local,
      read,
      write: "reporting,call,originate,agent,user",
    }),
    section(users.amiFull.user, {
      secret: users.amiFull.secret,
      ...local,
      read,
      write: "reporting,call,originate,agent,user,system",
    }),
    section(users.amiAdmin.user, { secret: users.amiAdmin.secret, ...local, read: "all", write: "all" }),
  ].join("\n");
}

/** http.conf: for ARI and its WebSocket, with and without TLS. */
export function httpConf(ports: LabPorts): string {
  return section("general", {
    enabled: "yes",
    bindaddr: "127.0.0.1",
    bindport: ports.http,
    tlsenable: "yes",
    tlsbindaddr: `127.0.0.1:${ports.https}`,
    tlscertfile: "/etc/asterisk/lab.pem",
    tlsprivatekey: "/etc/asterisk/lab.pem",
  });
}

/** ari.conf: one user who may do all, one who may only read. */
export function ariConf(users: LabUsers): string {
  return [
    section("general", { enabled: "yes", pretty: "no" }),
    section(users.ari.user, { type: "user", read_only: "no", password: users.ari.secret }),
    section(users.ariView.user, { type: "user", read_only: "yes", password: users.ariView.secret }),
  ].join("\n");
}
