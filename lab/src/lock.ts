import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A lock that is held; disposing of it lets go. */
export interface HeldLock extends AsyncDisposable {
  /** Lets go. */
  release(): Promise<void>;
}

/**
 * Waits for a lock among all processes of the machine, named by `subject` (a path).
 *
 * It is a listening socket in Linux's abstract name space (unix(7)): the kernel frees it when its process ends, however it
 * ends, so that a lock is never stale and no file is left behind.
 */
export async function lock(subject: string, onWaiting?: () => void): Promise<HeldLock> {
  const name = `\0cordboard-lab-${createHash("sha256").update(subject).digest("hex").slice(0, 32)}`;
  for (let tries = 0; ; tries++) {
    const release = await tryToListen(name);
    if (release) return { release, [Symbol.asyncDispose]: release };
    if (tries === 0) onWaiting?.();
    await delay(50);
  }
}

function tryToListen(name: string): Promise<(() => Promise<void>) | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen({ path: name }, () => resolve(() => new Promise((done) => void server.close(() => done()))));
  });
}
