import { expect, it } from "vitest";
import type { LabAsterisk } from "../lab-asterisk.ts";
import { connectionText } from "./text.ts";

it("prints for each user an address that can be pasted, for AMI and for ARI", () => {
  const user = (name: string): { user: string; secret: string } => ({ user: name, secret: `secret-of-${name}` });
  const lab: Partial<LabAsterisk> = {
    name: "asterisk-22",
    version: 22,
    profile: "plain",
    pid: 1,
    host: "127.0.0.1",
    folder: "/tmp/lab",
    ports: {
      ami: 5038,
      amiTls: 5039,
      http: 8088,
      https: 8089,
      sip: 5060,
      chanSip: 5062,
      rtpStart: 1,
      rtpEnd: 2,
      load: 3,
    },
    users: {
      amiFull: user("full"),
      amiCall: user("call"),
      amiView: user("view"),
      amiAdmin: user("admin"),
      ari: user("ari"),
      ariView: user("ari-view"),
    },
  };
  const text = connectionText(lab as LabAsterisk);
  const addresses = text.match(/(?:ami|http):\/\/\S+/g)?.filter((address) => address.includes("@"));
  expect(addresses).toEqual([
    "ami://full:secret-of-full@127.0.0.1:5038",
    "ami://call:secret-of-call@127.0.0.1:5038",
    "ami://view:secret-of-view@127.0.0.1:5038",
    "ami://admin:secret-of-admin@127.0.0.1:5038",
    "http://ari:secret-of-ari@127.0.0.1:8088/ari",
    "http://ari-view:secret-of-ari-view@127.0.0.1:8088/ari",
  ]);
});
