import type { CallJournal } from "./events/call-journal.ts";
import type { EventStream } from "./events/event-stream.ts";
import type { Labels, Metrics } from "./http/metrics.ts";
import type { PbxPool } from "./pbxs/pbx-pool.ts";

const SECOND_MS = 1000;

/** Tells the figures of the links to the PBXs. Their label is the id in the configuration. */
export function addPbxMetrics(metrics: Metrics, pool: PbxPool): void {
  const ofEach = (name: string, help: string, read: (pooled: PbxPool["all"][number]) => number | undefined): void => {
    metrics.gauge(name, help, ["pbx"], () =>
      pool.all.flatMap((pooled): (readonly [Labels, number])[] => {
        const value = read(pooled);
        return value === undefined ? [] : [[{ pbx: pooled.pbx.id }, value]];
      }),
    );
  };
  ofEach("cordboard_pbx_up", "1 while the link is up and its calls are known.", ({ pbx }) =>
    Number(pbx.state === "live"),
  );
  ofEach("cordboard_pbx_round_trip_seconds", "How long the last ping took: no event is later than that.", ({ pbx }) => {
    const { roundTripMs } = pbx.health;
    return roundTripMs === undefined ? undefined : roundTripMs / SECOND_MS;
  });
  ofEach("cordboard_pbx_snapshot_seconds", "How long the last snapshot took.", ({ pbx }) => {
    const { snapshotMs } = pbx.health;
    return snapshotMs === undefined ? undefined : snapshotMs / SECOND_MS;
  });
  ofEach("cordboard_pbx_ami_events", "AMI events taken in since the start.", ({ pbx }) => pbx.health.events);
  ofEach("cordboard_pbx_ami_bytes", "Bytes read on AMI since the start.", ({ pbx }) => pbx.health.bytesRead);
  ofEach("cordboard_pbx_logins", "Logins since the start.", ({ pbx }) => pbx.health.logins);
  ofEach("cordboard_pbx_late_reads", "Times that AMI was read 50 ms late or more.", ({ pbx }) => pbx.health.lateReads);
  ofEach(
    "cordboard_pbx_failed_snapshots",
    "Snapshots that could not be read.",
    ({ pbx }) => pbx.health.failedSnapshots,
  );
  ofEach("cordboard_calls", "Calls there are now.", ({ pbx }) => pbx.calls.length);
}

/** Tells the figures of the event stream and of the event loop. */
export function addStreamMetrics(metrics: Metrics, stream: EventStream): void {
  const one = (name: string, help: string, read: () => number): void => {
    metrics.gauge(name, help, [], () => [[{}, read()]]);
  };
  const { publisher, hub } = stream;
  const commits = metrics.counter("cordboard_event_batches_total", "Batches of events that were published.");
  const events = metrics.counter("cordboard_events_total", "Events that were published.");
  publisher.listen({
    published: (batch) => {
      commits();
      events({}, batch.length);
    },
    reset: () => {},
  });
  one("cordboard_events_waiting", "Events that are not stored yet.", () => publisher.waiting);
  one("cordboard_events_storing", "1 while events can be stored.", () => Number(publisher.storing));
  one("cordboard_stream_clients", "Streams of events open now.", () => hub.sessions);
  one("cordboard_stream_unsent_bytes", "Bytes that wait for slow clients.", () => hub.unsentBytes);
  one(
    "cordboard_stream_cut_off",
    "Clients that were cut off since the start because they were too slow.",
    () => hub.cutOff,
  );
  one("cordboard_stream_sent_events", "Events that were written to clients since the start.", () => hub.sent);
}

/** Counts the calls that the history stores. */
export function countHistory(metrics: Metrics, journal: CallJournal): CallJournal {
  const stored = metrics.counter("cordboard_call_history_stored_total", "Ended calls that were given to the history.");
  return {
    steps: (event, before) => journal.steps(event, before),
    store: async (trx, ended) => {
      await journal.store(trx, ended);
      stored({}, ended.length);
    },
  };
}
