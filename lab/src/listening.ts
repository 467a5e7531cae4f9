import { readFile, readdir, readlink } from "node:fs/promises";
import type { LabPorts } from "./ports.ts";

/**
 * Which of its ports a process does not listen on. Asterisk boots all the same when somebody was quicker, and says so only in its log.
 *
 * @returns the numbers, none if all is well
 */
export async function portsNotHeld(pid: number, ports: LabPorts): Promise<number[]> {
  const [tcp, udp, own] = await Promise.all([
    readFile("/proc/net/tcp", "utf8"),
    readFile("/proc/net/udp", "utf8"),
    socketsOf(pid),
  ]);
  const holders = (table: string, port: number): string[] => socketsAt(table, port).filter((inode) => own.has(inode));
  const { ami, amiTls, http, https, sip } = ports;
  const missing = [ami, amiTls, http, https].filter((port) => holders(tcp, port).length === 0);
  return holders(udp, sip).length === 0 ? [...missing, sip] : missing;
}

/** The inodes of the sockets bound to a port, in a table as /proc/net/tcp is (proc(5)): a connection counts no more than a listener. */
export function socketsAt(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/u);
    const [, local, remote] = fields;
    const inode = fields[9];
    return local?.endsWith(`:${hex}`) && remote?.endsWith(":0000") && inode !== undefined ? [inode] : [];
  });
}

async function socketsOf(pid: number): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/u.exec(link)?.[1] ?? []));
}
