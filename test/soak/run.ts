import { setTimeout } from 'node:timers/promises';
import type { Measurement } from '../support/server/measured-process.ts';
import { type MeasuredServer, startServer } from '../support/server.ts';
import { createBinance } from '../venues/binance/binance.ts';
import { injectFaults } from './exchange.ts';
import { startLoad } from './load.ts';

export interface SoakOptions {
  readonly seconds: number;
  /** How long each fault of the exchange lasts, in ms. */
  readonly faultMs: number;
  /** Called with measurements of the server: when it is idle, and every `reportMs` under load. */
  readonly onMeasured?: (when: string, measured: Measurement) => void;
  readonly reportMs?: number;
}

export interface SoakReport {
  /** Measurements of the idle server after the warm-up and at the end. */
  readonly start: Measurement;
  readonly end: Measurement;
  readonly sessions: ReadonlyMap<string, number>;
  readonly faults: number;
  /** Growth, leftovers and wrong answers; empty if there were none. */
  readonly problems: readonly string[];
}

/** The share of the time in which caches are filled and code is compiled. */
const warmUpShare = 0.25;

/** How long the server may take to release everything after the last client has left, in ms. */
const maxSettleMs = 90_000;

/** By what factor the heap may grow. */
const maxGrowth = 1.2;

/** Runs clients against a failing exchange and reports what has grown. Rejects if the server dies. */
export async function soak({ seconds, faultMs, onMeasured, reportMs = 60_000 }: SoakOptions): Promise<SoakReport> {
  const venue = await createBinance();
  const app = await startServer({
    measured: {
      exchanges: ['sim', 'binance'],
      exchangeOptions: { binance: { ...venue.exchangeConfig, enableRateLimit: false } },
      tickerTtlMs: 200,
      pollIntervalMs: 200,
      lingerMs: 500,
      streamSilenceMs: 1000,
      upstreamTimeoutMs: 1500,
    },
  });
  const sessions = new Map<string, number>();
  const findings: string[] = [];
  let faults = 0;

  async function load(ms: number): Promise<void> {
    const exchange = injectFaults(venue, faultMs);
    const clients = startLoad(app.port);
    const until = Date.now() + ms;
    for (let left = ms; left > 0 && app.death === null; left = until - Date.now()) {
      await setTimeout(Math.min(left, reportMs));
      onMeasured?.('under load', await app.measure());
    }
    await clients.stop();
    await exchange.stop();
    faults += exchange.faults;
    for (const [name, count] of clients.sessions) sessions.set(name, (sessions.get(name) ?? 0) + count);
    findings.push(...clients.findings);
  }

  try {
    onMeasured?.('no clients yet', await app.measure());
    await load(seconds * 1000 * warmUpShare);
    const start = await settle(app, ({ handles }) => !handles.TCPSocketWrap);
    onMeasured?.('start', start);
    await load(seconds * 1000 * (1 - warmUpShare));
    const end = await settle(app, (measured) => grownHandles(start, measured).length === 0);
    onMeasured?.('end', end);
    const problems = [...compare(start, end), ...findings, ...app.failures];
    return { start, end, sessions, faults, problems };
  } finally {
    await app.stop();
    await venue.close();
  }
}

/** Measures the server once nothing is live and `isIdle` holds. */
async function settle(app: MeasuredServer, isIdle: (measured: Measurement) => boolean): Promise<Measurement> {
  const until = Date.now() + maxSettleMs;
  for (;;) {
    const measured = await app.measure();
    if ((leftoversOf(measured).length === 0 && isIdle(measured)) || Date.now() > until) return measured;
    await setTimeout(200);
  }
}

/** What has grown between two measurements of the idle server. */
function compare(start: Measurement, end: Measurement): readonly string[] {
  const grown = end.heap / start.heap;
  return [
    ...(grown > maxGrowth ? [`the heap has grown to ${(grown * 100).toFixed(0)} % of what it was`] : []),
    ...leftoversOf(end).map((leftover) => `left over: ${leftover}`),
    ...grownHandles(start, end),
  ];
}

function leftoversOf({ counts }: Measurement): readonly string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
}

function grownHandles(start: Measurement, end: Measurement): readonly string[] {
  return Object.entries(end.handles).flatMap(([name, count]) => {
    const before = start.handles[name] ?? 0;
    return count > before ? [`${count} handles of type ${name}, ${before} before`] : [];
  });
}
