import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Registry } from 'prom-client';
import { addGauge } from './registration.ts';

/** How often it is looked, in ms: a delay shorter than this may be missed. */
const resolutionMs = 20;

const statistics = ['p50', 'p99', 'max'] as const;

/** Measures how late the event loop is, until the returned function is called. */
export function watchEventLoop(registry: Registry): () => void {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  // What is measured is the time from one look to the next.
  const toSeconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
  addGauge(registry, {
    name: 'tickql_event_loop_lag_seconds',
    help: 'How late the event loop was since this was read last: half the time (p50), at worst but for 1 % (p99), at worst.',
    labelNames: ['statistic'],
    read: () => {
      const values = { p50: histogram.percentile(50), p99: histogram.percentile(99), max: histogram.max };
      histogram.reset();
      return statistics.map((statistic) => ({ labels: [statistic], value: toSeconds(values[statistic]) }));
    },
  });
  return () => histogram.disable();
}
