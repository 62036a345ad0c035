import { Registry } from 'prom-client';
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
  const close = watchEventLoop(registry);
  addProcessMetrics(registry);
  return {
    contentType: registry.contentType,
    toText: async () =>
      [await registry.metrics(), recorder.requestDurations.toText(), recorder.callDurations.toText()].join('\n'),
    close,
  };
}
