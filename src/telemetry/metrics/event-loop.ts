import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Registry } from 'prom-client';
import { addGauge } from './registration.ts';

/** How often the delay is sampled, in ms; shorter delays can be missed. */
const resolutionMs = 20;

const statistics = ['p50', 'p99', 'max'] as const;

/** Measures the lag of the event loop until the returned function is called. */
export function watchEventLoop(registry: Registry): () => void {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  // The histogram contains the time from one sample to the next.
  const toSeconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
  addGauge(registry, {
    name: 'tickql_event_loop_lag_seconds',
    help: 'Lag of the event loop since the last scrape: median (p50), 99th percentile (p99) and maximum (max).',
    labelNames: ['statistic'],
    read: () => {
      const values = { p50: histogram.percentile(50), p99: histogram.percentile(99), max: histogram.max };
      histogram.reset();
      return statistics.map((statistic) => ({ labels: [statistic], value: toSeconds(values[statistic]) }));
    },
  });
  return () => histogram.disable();
}
