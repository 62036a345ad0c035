export interface DurationsOptions {
  /** Name of the metric; ends in `_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** Upper bounds of the buckets in seconds, in ascending order. */
  readonly bounds: readonly number[];
}

interface Series {
  /** One count per bucket; the last is for durations above the last bound. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram of durations with one label, whose values need no escaping. Not a histogram of prom-client, because adding a
 * value to one takes longer than looking up a cached response.
 */
export class Durations {
  readonly #options: DurationsOptions;
  readonly #series = new Map<string, Series>();

  constructor(options: DurationsOptions) {
    this.#options = options;
  }

  add(label: string, durationMs: number): void {
    const { bounds } = this.#options;
    const series = this.#seriesOf(label);
    const seconds = durationMs / 1000;
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  }

  #seriesOf(label: string): Series {
    const known = this.#series.get(label);
    if (known) return known;
    const series: Series = { counts: Array.from({ length: this.#options.bounds.length + 1 }, () => 0), sum: 0 };
    this.#series.set(label, series);
    return series;
  }

  /** The metric in Prometheus' text format. */
  toText(): string {
    const { name, help, label, bounds } = this.#options;
    const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
    for (const [value, { counts, sum }] of this.#series) {
      let total = 0;
      for (const [index, count] of counts.entries()) {
        total += count;
        lines.push(`${name}_bucket{${label}="${value}",le="${bounds[index] ?? '+Inf'}"} ${total}`);
      }
      lines.push(`${name}_sum{${label}="${value}"} ${sum}`, `${name}_count{${label}="${value}"} ${total}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
