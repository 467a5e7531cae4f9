import { hostname } from "node:os";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { AuditLog } from "./audit/audit-log.ts";
import { CallHistoryRetention } from "./call-history/retention.ts";
import { CallHistoryStore } from "./call-history/call-history-store.ts";
import { callHistoryRoutes } from "./call-history/routes.ts";
import { historyJournal } from "./call-history/history-journal.ts";
import { callRoutes } from "./calls/routes.ts";
import { databaseFile } from "./storage/database-file.ts";
import { conferenceRoomRoutes } from "./conference-rooms/routes.ts";
import type { ServerConfig } from "./config/schema.ts";
import { EventStream } from "./events/event-stream.ts";
import { eventRoutes } from "./events/routes.ts";
import { extensionRoutes } from "./extensions/routes.ts";
import { createApp } from "./http/app.ts";
import type { TokenGuard } from "./http/authenticate.ts";
import type { Route } from "./http/define-route.ts";
import { docsPlugin } from "./http/docs-page.ts";
import { healthPlugin } from "./http/health.ts";
import { isLoopback, urlHost } from "./http/host-check.ts";
import { listen } from "./http/listen.ts";
import { Metrics } from "./http/metrics.ts";
import { PageToken, newToken } from "./http/page-token.ts";
import type { LiveBoard } from "./live/live-board.ts";
import { registerLivePage } from "./live/live-page.ts";
import { mailboxRoutes } from "./mailboxes/routes.ts";
import { parkingRoutes } from "./parking/routes.ts";
import { PbxPool } from "./pbxs/pbx-pool.ts";
import type { PoolChange, PoolEntry } from "./pbxs/pbx-pool.ts";
import { pbxRoutes } from "./pbxs/routes.ts";
import { PresenceService } from "./presence/service.ts";
import { presenceRoutes } from "./presence/routes.ts";
import { queueRoutes } from "./queues/routes.ts";
import { addPbxMetrics, addStreamMetrics, countHistory } from "./server-metrics.ts";
import { lockFolder } from "./storage/folder-lock.ts";
import { openDatabase } from "./storage/open-database.ts";
import { TicketService } from "./tokens/ticket-service.ts";
import { TokenService } from "./tokens/token-service.ts";
import { tokenRoutes } from "./tokens/routes.ts";
import { VERSION } from "./version.ts";

/** What a server serves, and where. */
export interface ServerOptions {
  readonly pbxs: readonly PoolEntry[];
  readonly config: ServerConfig;
  readonly storageFolder: string;
  /** Where to listen; undefined: nowhere. All else works the same. */
  readonly listen: { readonly address: string; readonly port?: number | undefined } | undefined;
  /** What the live page and the terminal show; the PBXs are put on it. */
  readonly board: LiveBoard;
  readonly log: Logger;
}

/** A running server. */
export interface RunningServer extends AsyncDisposable {
  /** What to open: the live page, with a token in its fragment where one is asked for. */
  readonly pageUrl: string | undefined;
  /** Where the API is, without a slash at its end. */
  readonly apiUrl: string | undefined;
  readonly tokens: TokenService;
  /** Rejects when no PBX can ever be shown: all logins were refused. Never resolves. */
  readonly refused: Promise<never>;
  /** Takes other PBXs: adds, removes, and connects anew where the connection is another one. Nothing else is disturbed. */
  usePbxs(pbxs: readonly PoolEntry[]): Promise<PoolChange>;
  /** Publishes what waits, tells all clients that the server stops, and ends. */
  close(): Promise<void>;
}

/** Ends of tokens that another process brought about are noticed this often, in milliseconds. */
const SWEEP_MS = 1000;

/**
 * Starts everything: storage, the links to the PBXs, the stream of events, the API and the pages. Waits for no PBX.
 * @throws CordboardError `LISTEN_FAILED`, `STORAGE_IN_USE`, `STORAGE_INVALID`, `STORAGE_NEWER`, `STORAGE_UNUSABLE`
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, log, board } = options;
  // Each part ends after those that were begun later, also when the start fails half-way.
  await using started = new AsyncDisposableStack();
  started.use(lockFolder(options.storageFolder));
  const database = await openDatabase(databaseFile(options.storageFolder), { checkpointsInThread: true });
  started.defer(() => database.destroy());
  const metrics = new Metrics();
  const store = new CallHistoryStore(database);
  const clock = Date.now;
  started.use(new CallHistoryRetention({ store, keepDays: config.callHistory.keepDays, logger: log, clock }));
  const audit = new AuditLog(database);
  const tokens = new TokenService({
    database,
    onError: (error) => log.warn({ err: error }, "the time of a token's last use could not be stored"),
  });
  const tickets = new TicketService((id) => tokens.grantOf(id));
  started.defer(sweepRegularly(tokens, log));

  const stream = await EventStream.open({
    database,
    journal: countHistory(metrics, historyJournal(store)),
    logger: log,
    retention: { keepMs: config.events.keepHours * 3_600_000, keepBytes: config.events.keepMegabytes * 1024 * 1024 },
  });
  started.defer(() => stream.close());
  const { publisher, hub, live } = stream;
  const pool = new PbxPool({
    entries: options.pbxs,
    restore: (pbx) => publisher.restoredCalls(pbx),
    onPbx: (pbx, name) => {
      publisher.add(pbx, name);
      board.add(pbx, name);
    },
    onRemoved: (id) => {
      publisher.remove(id);
      board.remove(id);
    },
    onRefused: (pbx, error) => board.refuse(pbx.id, error.message),
    log,
  });
  started.defer(() => pool.close());
  publisher.keepOnly(options.pbxs.map(({ id }) => id));
  addPbxMetrics(metrics, pool);
  addStreamMetrics(metrics, stream);

  const guard: TokenGuard = {
    verify: (secret) => tokens.verify(secret),
    redeem: (ticket) => tickets.redeem(ticket),
    onEnded: (id, listener) => tokens.onEnded(id, listener),
  };
  const routes: Route[] = [
    ...pbxRoutes(live),
    ...callRoutes(live),
    ...extensionRoutes(live),
    ...presenceRoutes(live, new PresenceService((id) => pool.get(id), audit)),
    ...queueRoutes(live),
    ...conferenceRoomRoutes(live),
    ...parkingRoutes(live),
    ...mailboxRoutes(live),
    ...callHistoryRoutes(database, store),
    ...eventRoutes(hub),
    ...tokenRoutes({ tokens, tickets, audit, now: clock }),
  ];
  const states = (): ReturnType<Parameters<typeof healthPlugin>[0]["pbxs"]> =>
    pool.all.map(({ pbx, settled }) => ({ id: pbx.id, state: live.pbx(pbx.id)?.state ?? "connecting", settled }));
  const pageSecret = pageSecretFor(options);
  const app = await createApp({
    routes,
    tokens: guard,
    metrics,
    log,
    version: VERSION,
    ...config.http,
    plugins: [
      healthPlugin({ storing: () => publisher.storing, pbxs: states, metrics }),
      docsPlugin(),
      (each) =>
        registerLivePage(each, { board, guard: pageSecret === undefined ? undefined : new PageToken(pageSecret) }),
    ],
  });
  started.defer(async () => {
    // Clients are told that the server stops before their sockets go.
    await stream.close();
    await app.close();
  });

  const urls = await listenAt(app, options.listen, pageSecret);
  pool.start();
  log.info({ version: VERSION, url: urls?.apiUrl, pbxs: options.pbxs.map(({ id }) => id) }, "started");
  const parts = started.move();
  const close = async (): Promise<void> => {
    if (parts.disposed) return;
    log.info("stopping");
    await parts.disposeAsync();
  };
  return {
    pageUrl: urls?.pageUrl,
    apiUrl: urls?.apiUrl,
    tokens,
    refused: pool.refused,
    usePbxs: async (pbxs) => {
      const change = await pool.replace(pbxs);
      log.info(change, "took other PBXs");
      return change;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The live page is open to who can reach loopback; everybody else needs a token. Another name means a proxy, which brings others. */
function pageSecretFor({ config, listen: where }: ServerOptions): string | undefined {
  const { token, allowedHosts } = config.http;
  const isForThisMachine = where === undefined || (isLoopback(where.address) && allowedHosts.length === 0);
  return token ?? (isForThisMachine ? undefined : newToken());
}

async function listenAt(
  app: FastifyInstance,
  where: ServerOptions["listen"],
  pageSecret: string | undefined,
): Promise<{ readonly pageUrl: string; readonly apiUrl: string } | undefined> {
  if (where === undefined) return undefined;
  const port = await listen(app, where.address, where.port);
  const everywhere = where.address === "0.0.0.0" || where.address === "::";
  const base = `http://${everywhere ? hostname() : urlHost(where.address)}:${port}`;
  return { pageUrl: `${base}/${pageSecret === undefined ? "" : `#token=${pageSecret}`}`, apiUrl: `${base}/api/v1` };
}

function sweepRegularly(tokens: TokenService, log: Logger): () => Promise<void> {
  let failed = false;
  let sweep = Promise.resolve();
  const timer = setInterval(() => {
    sweep = (async () => {
      try {
        await tokens.sweep();
        failed = false;
      } catch (error) {
        if (!failed) log.error({ err: error }, "tokens cannot be looked through; it is tried again");
        failed = true;
      }
    })();
  }, SWEEP_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await sweep;
  };
}
