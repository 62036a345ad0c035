import { setTimeout } from 'node:timers/promises';
import type { Measurement } from '../support/server/measured-process.ts';
import { type MeasuredServer, startServer } from '../support/server.ts';
import { createBinance } from '../venues/binance.ts';
import { trouble } from './exchange.ts';
import { startLoad } from './load.ts';

export interface SoakOptions {
  readonly seconds: number;
  /** How long each trouble of the exchange lasts, in ms. */
  readonly troubleMs: number;
  /** Told what the server holds: at rest, and each `reportMs` under way. */
  readonly onMeasured?: (when: string, measured: Measurement) => void;
  readonly reportMs?: number;
}

export interface SoakReport {
  /** At rest after the warm-up, and at rest at the end. */
  readonly start: Measurement;
  readonly end: Measurement;
  readonly visits: ReadonlyMap<string, number>;
  readonly troubles: number;
  /** Why it is not flat, or not right; empty where it is both. */
  readonly problems: readonly string[];
}

/** How much of the time fills caches and compiles code. */
const warmUpShare = 0.25;

/** How long the server may take to let go of everything after the last client has gone, in ms. */
const restMs = 90_000;

/** How much more memory it may hold at the end than at the start. */
const mostGrown = 1.2;

/** Lets clients come and go and the exchange fail, and tells what has grown. Rejects where the server dies. */
export async function soak({ seconds, troubleMs, onMeasured, reportMs = 60_000 }: SoakOptions): Promise<SoakReport> {
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
  const visits = new Map<string, number>();
  const findings: string[] = [];
  let troubles = 0;

  async function load(ms: number): Promise<void> {
    const exchange = trouble(venue, troubleMs);
    const clients = startLoad(app.port);
    const until = Date.now() + ms;
    for (let left = ms; left > 0 && app.death === null; left = until - Date.now()) {
      await setTimeout(Math.min(left, reportMs));
      onMeasured?.('under way', await app.measure());
    }
    await clients.stop();
    await exchange.stop();
    troubles += exchange.troubles;
    for (const [name, count] of clients.visits) visits.set(name, (visits.get(name) ?? 0) + count);
    findings.push(...clients.findings);
  }

  try {
    onMeasured?.('nobody yet', await app.measure());
    await load(seconds * 1000 * warmUpShare);
    const start = await rest(app, ({ handles }) => !handles.TCPSocketWrap);
    onMeasured?.('start', start);
    await load(seconds * 1000 * (1 - warmUpShare));
    const end = await rest(app, (measured) => grownHandles(start, measured).length === 0);
    onMeasured?.('end', end);
    const problems = [...compare(start, end), ...findings, ...app.failures];
    return { start, end, visits, troubles, problems };
  } finally {
    await app.stop();
    await venue.close();
  }
}

/** What it holds once nothing is live, and it has let go of what `isAtRest` wants to be gone. */
async function rest(app: MeasuredServer, isAtRest: (measured: Measurement) => boolean): Promise<Measurement> {
  const until = Date.now() + restMs;
  for (;;) {
    const measured = await app.measure();
    if ((leftoversOf(measured).length === 0 && isAtRest(measured)) || Date.now() > until) return measured;
    await setTimeout(200);
  }
}

/** Why one measurement at rest holds more than another. */
function compare(start: Measurement, end: Measurement): readonly string[] {
  const grown = end.heap / start.heap;
  return [
    ...(grown > mostGrown ? [`the heap has grown to ${(grown * 100).toFixed(0)} % of what it was`] : []),
    ...leftoversOf(end).map((leftover) => `there are still ${leftover}`),
    ...grownHandles(start, end),
  ];
}

function leftoversOf({ counts }: Measurement): readonly string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
}

function grownHandles(start: Measurement, end: Measurement): readonly string[] {
  return Object.entries(end.handles).flatMap(([name, count]) => {
    const before = start.handles[name] ?? 0;
    return count > before ? [`${count} handles of the type ${name}, and ${before} before`] : [];
  });
}
