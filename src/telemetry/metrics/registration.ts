import { Counter, Gauge, type Registry } from 'prom-client';
import { isOutOfDescriptors } from '../../base/file-descriptors.ts';

/** A value with the labels that it belongs to, in the order of their names. */
export interface Sample {
  /** Undefined is no label. */
  readonly labels: readonly (string | undefined)[];
  readonly value: number;
}

export interface ReadMetric {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  /** Called when Prometheus asks. */
  readonly read: () => Iterable<Sample> | number;
}

/** Adds a gauge whose values are read when Prometheus asks. */
export function addGauge(registry: Registry, metric: ReadMetric): void {
  const { name, help, labelNames = [], read } = metric;
  const gauge = new Gauge({ name, help, labelNames, registers: [registry], collect: () => refill() });
  const refill = (): void => {
    gauge.reset();
    for (const { labels, value } of readSamples(read)) gauge.set(toLabels(labelNames, labels), value);
  };
}

/** Adds a counter whose values are kept elsewhere. */
export function addCounter(registry: Registry, metric: ReadMetric): void {
  const { name, help, labelNames = [], read } = metric;
  const counter = new Counter({ name, help, labelNames, registers: [registry], collect: () => refill() });
  const refill = (): void => {
    counter.reset();
    for (const { labels, value } of readSamples(read)) counter.inc(toLabels(labelNames, labels), value);
  };
}

/** What can be read only with a file descriptor, of the process's memory for example, is left out while there is none. */
function readSamples(read: ReadMetric['read']): Iterable<Sample> {
  try {
    const given = read();
    return typeof given === 'number' ? [{ labels: [], value: given }] : given;
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
