import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** Label values of one figure; each label may only take values out of a small set that callers cannot choose. */
export type Labels = Readonly<Record<string, string>>;

/** The figures at /metrics. Names are in Prometheus' style: `cordboard_http_requests_total`, seconds and bytes. */
export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    // Among them the delay of the event loop, memory, CPU and open file handles. Its timer would cost an idle server most of its CPU.
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 100 });
  }

  /** A number that only rises; returns how to add to it. */
  counter(name: string, help: string, labelNames: readonly string[] = []): (labels?: Labels, by?: number) => void {
    const counter = new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
    return (labels = {}, by = 1) => counter.inc(labels, by);
  }

  /** A figure that is read when somebody asks. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<readonly [labels: Labels, value: number]> | Promise<Iterable<readonly [Labels, number]>>,
  ): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      async collect() {
        const values = await read();
        // What is gone meanwhile must not be told for ever.
        gauge.reset();
        for (const [labels, value] of values) gauge.set(labels, value);
      },
    });
  }

  /** How long something took, in seconds; returns how to note one. */
  histogram(name: string, help: string, labelNames: readonly string[] = []): (labels: Labels, value: number) => void {
    const histogram = new Histogram({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
    return (labels, value) => histogram.observe(labels, value);
  }

  /** All figures in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
