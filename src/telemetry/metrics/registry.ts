import { Registry } from 'prom-client';
import { addClusterMetrics } from './cluster-metrics.ts';
import { watchEventLoop } from './event-loop.ts';
import { addMarketMetrics } from './market-metrics.ts';
import { addProcessMetrics } from './process.ts';
import type { Recorder } from './recorder.ts';
import { addServerMetrics } from './server-metrics.ts';
import type { MetricSources } from './sources.ts';

/** The metrics of one server, ready to be scraped. */
export interface Exposition {
  readonly contentType: string;
  toText(): Promise<string>;
  /** Stops all measurements. */
  close(): void;
}

export function createExposition(recorder: Recorder, sources: MetricSources): Exposition {
  const registry = new Registry();
  addServerMetrics(registry, recorder, sources);
  addMarketMetrics(registry, recorder, sources);
  addClusterMetrics(registry, recorder.cluster, sources.cluster);
  const close = watchEventLoop(registry);
  addProcessMetrics(registry);
  const { requestDurations, callDurations, cluster } = recorder;
  const durations = [requestDurations, callDurations, cluster.requestDurations, cluster.valueAges];
  return {
    contentType: registry.contentType,
    toText: async () => [await registry.metrics(), ...durations.map((each) => each.toText())].join('\n'),
    close,
  };
}
