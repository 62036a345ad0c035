/** One line of values in Prometheus' text format. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  /** Type and help by the name of a metric. */
  readonly metrics: ReadonlyMap<string, { readonly type: string; readonly help: string }>;
  readonly samples: readonly ExposedSample[];
  /** The value of the sample with exactly these labels; undefined if there is none. */
  find(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** Reads the text format 0.0.4; throws at the first invalid line. */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const metrics = new Map<string, { type: string; help: string }>();
  const samples: ExposedSample[] = [];
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (line === '') continue;
    if (kind === 'HELP') {
      if (metrics.has(name)) throw new Error(`${name} comes twice`);
      metrics.set(name, { type: '', help: rest });
    } else if (kind === 'TYPE') {
      const known = metrics.get(name);
      if (!known || !/^(counter|gauge|histogram)$/.test(rest)) throw new Error(line);
      known.type = rest;
    } else samples.push(parseSample(line));
  }
  const key = (labels: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(labels).sort());
  return {
    metrics,
    samples,
    find: (name, labels = {}) =>
      samples.find((sample) => sample.name === name && key(sample.labels) === key(labels))?.value,
  };
}

function parseSample(line: string): ExposedSample {
  const [, name, inner = '', value] = sampleLine.exec(line) ?? [];
  if (name === undefined) throw new Error(`no line of the text format: ${line}`);
  const labels: Record<string, string> = {};
  for (label.lastIndex = 0; label.lastIndex < inner.length; ) {
    const match = label.exec(inner);
    if (!match) throw new Error(`labels that cannot be read: ${line}`);
    labels[match[1] ?? ''] = match[2] ?? '';
  }
  return { name, labels, value: Number(value?.replace('Inf', 'Infinity')) };
}
