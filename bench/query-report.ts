import { median } from './processes.ts';
import {
  firstDocument,
  history,
  hotCandles,
  oneTicker,
  type RequestKind,
  requestKinds,
  tenTickers,
} from './requests.ts';

/** The measurements of one server with one kind of request in one round. */
export interface Sample {
  readonly file: string;
  readonly kind: RequestKind;
  readonly perSecond: number;
  /** In ms. */
  readonly p99: number;
  /** CPU time of the server per request, in µs. */
  readonly cpuMicros: number;
  /** CPU time of the server per elapsed time. Well below 1, the server was not the bottleneck. */
  readonly busy: number;
}

const floor = { name: 'node:http, prepared bytes', file: './servers/query-node-http' } as const;
const tickql = { name: 'TickQL', file: './servers/query-tickql' } as const;
const mercurius = { name: 'Mercurius with JIT', file: './servers/query-mercurius' } as const;

export const queryServers: readonly { readonly name: string; readonly file: string }[] = [
  floor,
  tickql,
  mercurius,
  { name: 'Yoga as documented', file: './servers/query-yoga' },
  { name: 'Apollo Server as documented', file: './servers/query-apollo' },
];

/** The goals of this server: how many times as many requests as another server it must answer with the same CPU time. */
const goals = [
  { kind: oneTicker, against: floor, min: 0.75 },
  { kind: tenTickers, against: floor, min: 0.75 },
  { kind: hotCandles, against: floor, min: 0.75 },
  { kind: oneTicker, against: mercurius, min: 1.5 },
  { kind: hotCandles, against: mercurius, min: 3 },
  { kind: history, against: mercurius, min: 4 },
  { kind: firstDocument, against: mercurius, min: 1 },
] as const;

type Field = 'perSecond' | 'p99' | 'cpuMicros' | 'busy';

/** The medians as Markdown tables, one for each kind of request, and whether the goals are met. */
export function toReport(samples: readonly Sample[]): string {
  const middle = (file: string, kind: RequestKind, field: Field): number =>
    median(samples.filter((sample) => sample.file === file && sample.kind === kind).map((sample) => sample[field]));
  const ratio = (file: string, kind: RequestKind, to: string): number =>
    middle(file, kind, 'perSecond') / middle(to, kind, 'perSecond');

  const toRow = (kind: RequestKind, { name, file }: (typeof queryServers)[number]): string => {
    const cells = [
      name,
      Math.round(middle(file, kind, 'perSecond')).toLocaleString('en'),
      `${ratio(file, kind, floor.file).toFixed(2)} ×`,
      `${ratio(file, kind, mercurius.file).toFixed(2)} ×`,
      `${middle(file, kind, 'p99').toFixed(1)} ms`,
      `${middle(file, kind, 'cpuMicros').toFixed(0)} µs`,
      `${(middle(file, kind, 'busy') * 100).toFixed(0)} %`,
    ];
    return `| ${cells.join(' | ')} |\n`;
  };
  const toTable = (kind: RequestKind): string =>
    `\n${kind.name}\n\n` +
    '| server | requests/s | of node:http | of Mercurius | p99 | CPU per request | CPU busy |\n' +
    `|---|---|---|---|---|---|---|\n${queryServers.map((server) => toRow(kind, server)).join('')}`;
  const toVerdict = ({ kind, against, min }: (typeof goals)[number]): string => {
    const byRate = ratio(tickql.file, kind, against.file);
    // By CPU time: where the kernel or the process that sends the requests is the bottleneck, all servers look alike.
    const reached = middle(against.file, kind, 'cpuMicros') / middle(tickql.file, kind, 'cpuMicros');
    const verdict = `goal ${min} ×: ${reached >= min ? 'met' : 'MISSED'}`;
    return `${kind.name}: by CPU ${reached.toFixed(2)} × ${against.name} (${verdict}), by rate ${byRate.toFixed(2)} ×\n`;
  };
  return `${requestKinds.map(toTable).join('')}\n${goals.map(toVerdict).join('')}`;
}
