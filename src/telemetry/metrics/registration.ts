import { Counter, Gauge, type Registry } from 'prom-client';
import { isOutOfDescriptors } from '../../base/file-descriptors.ts';

/** A value and its labels, in the order of `labelNames`. */
export interface Sample {
  /** An undefined label is left out. */
  readonly labels: readonly (string | undefined)[];
  readonly value: number;
}

export interface ReadMetric {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Called at each scrape. */
  readonly read: () => Iterable<Sample> | number;
}

/** Adds a gauge whose values are read at each scrape. */
export function addGauge(registry: Registry, metric: ReadMetric): void {
  const { name, help, labelNames = [], read } = metric;
  const gauge = new Gauge({ name, help, labelNames, registers: [registry], collect: () => refill() });
  const refill = (): void => {
    gauge.reset();
    for (const { labels, value } of readSamples(read)) gauge.set(toLabels(labelNames, labels), value);
  };
}

/** Adds a counter whose values are kept elsewhere and read at each scrape. */
export function addCounter(registry: Registry, metric: ReadMetric): void {
  const { name, help, labelNames = [], read } = metric;
  const counter = new Counter({ name, help, labelNames, registers: [registry], collect: () => refill() });
  const refill = (): void => {
    counter.reset();
    for (const { labels, value } of readSamples(read)) counter.inc(toLabels(labelNames, labels), value);
  };
}

/** Leaves out a metric that needs a file descriptor to be read (such as the process's memory) while none is available. */
function readSamples(read: ReadMetric['read']): Iterable<Sample> {
  try {
    const samples = read();
    return typeof samples === 'number' ? [{ labels: [], value: samples }] : samples;
  } catch (error) {
    if (isOutOfDescriptors(error)) return [];
    throw error;
  }
}

function toLabels(names: readonly string[], values: Sample['labels']): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const value = values[index];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
