import { promisify } from "node:util";
import { PageToken } from "../http/page-token.ts";
import { listen } from "../http/listen.ts";
import { registerLivePage } from "../live/live-page.ts";
import type { LivePageOptions } from "../live/live-page.ts";
import { testApp } from "./test-app.ts";

/** A page for a test, on any free port unless one is named. */
export interface PageServerOptions extends Omit<LivePageOptions, "guard"> {
  readonly allowedHosts?: readonly string[];
  /** Asks for this token. */
  readonly token?: string;
  readonly port?: number;
}

/** A running live page. */
export interface PageServer {
  readonly port: number;
  /** With the token in its fragment. */
  readonly url: string;
  /** Connections that clients have open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** The live page as the server has it: in the app of the API. */
export async function servePage({ allowedHosts, token, port = 0, ...page }: PageServerOptions): Promise<PageServer> {
  const guard = token === undefined ? undefined : new PageToken(token);
  const { app } = await testApp({
    routes: [],
    allowedHosts,
    plugins: [(instance) => registerLivePage(instance, { ...page, guard })],
  });
  const bound = await listen(app, "127.0.0.1", port);
  const fragment = token === undefined ? "" : `#token=${token}`;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/${fragment}`,
    connections: () => promisify(app.server.getConnections.bind(app.server))(),
    close: () => app.close(),
  };
}
