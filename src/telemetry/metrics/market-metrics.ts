import type { Registry } from 'prom-client';
import { Counts } from './counts.ts';
import type { Recorder } from './recorder.ts';
import { addCounter, addGauge, type Sample } from './registration.ts';
import { circuitStates, type MetricSources } from './sources.ts';

/** Adds the metrics of exchanges and of live data. */
export function addMarketMetrics(registry: Registry, recorder: Recorder, sources: MetricSources): void {
  const { clock, exchanges, circuits, unlisted, feeds } = sources;
  addCounter(registry, {
    name: 'tickql_upstream_calls_total',
    help: 'Calls to exchanges by outcome: ok, an error code, or CIRCUIT_OPEN if the call was not made.',
    labelNames: ['exchange', 'outcome'],
    read: function* () {
      for (const [exchange, outcome, , value] of recorder.calls.entries()) {
        yield { labels: [exchange, outcome], value };
      }
    },
  });
  addGauge(registry, {
    name: 'tickql_upstream_queue_depth',
    help: 'Calls that wait in the queue of an exchange.',
    labelNames: ['exchange'],
    read: () => exchanges().map(({ exchange, queued }) => ({ labels: [exchange], value: queued })),
  });
  addGauge(registry, {
    name: 'tickql_upstream_running',
    help: 'Calls to an exchange that are in progress.',
    labelNames: ['exchange'],
    read: () => exchanges().map(({ exchange, running }) => ({ labels: [exchange], value: running })),
  });
  addGauge(registry, {
    name: 'tickql_circuit_state',
    help: 'State of the circuit of each host of an exchange and each kind of market there: 1 for the current state, 0 for the others.',
    labelNames: ['exchange', 'host', 'kind', 'state'],
    read: () =>
      circuits().flatMap(({ exchange, host, kind, state: current }) =>
        circuitStates.map((state) => ({
          labels: [exchange, host || undefined, kind ?? undefined, state],
          value: state === current ? 1 : 0,
        })),
      ),
  });
  addGauge(registry, {
    name: 'tickql_unnamed_markets',
    help: "Markets that are left out of an exchange's list because their symbol, base or quote is unknown.",
    labelNames: ['exchange'],
    read: () => exchanges().map(({ exchange, unnamedMarkets }) => ({ labels: [exchange], value: unnamedMarkets })),
  });
  addGauge(registry, {
    name: 'tickql_unlisted_kinds',
    help: 'Kinds of markets of an exchange that could not be listed; 0 if a list failed but its markets are known from earlier.',
    labelNames: ['exchange'],
    read: () => unlisted().map(({ exchange, kinds }) => ({ labels: [exchange], value: kinds.length })),
  });
  addGauge(registry, {
    name: 'tickql_feeds',
    help: 'Live feeds by kind of data.',
    labelNames: ['kind'],
    read: function* () {
      const counts = new Counts();
      for (const { kind } of feeds()) counts.add(toLabel(kind), '');
      for (const [kind, , , value] of counts.entries()) yield { labels: [kind], value };
    },
  });
  addGauge(registry, {
    name: 'tickql_feed_age_seconds',
    help: 'Age in seconds of the stalest live feed that has subscribers.',
    labelNames: ['exchange', 'kind'],
    read: () => {
      const now = clock.now();
      const oldest = new Map<string, Sample>();
      for (const { exchange, kind, knownAt, hasSubscribers } of feeds()) {
        if (!hasSubscribers) continue;
        const value = Math.max(0, now - knownAt) / 1000;
        const key = `${exchange} ${kind}`;
        if (value >= (oldest.get(key)?.value ?? 0)) oldest.set(key, { labels: [exchange, toLabel(kind)], value });
      }
      return oldest.values();
    },
  });
  addGauge(registry, {
    name: 'tickql_stale_feeds',
    help: 'Live feeds that have subscribers and whose last value is stale or an error.',
    labelNames: ['exchange'],
    read: () => {
      const stale = new Map<string, number>();
      for (const { exchange, isStale, hasSubscribers } of feeds()) {
        stale.set(exchange, (stale.get(exchange) ?? 0) + (isStale && hasSubscribers ? 1 : 0));
      }
      return [...stale].map(([exchange, value]) => ({ labels: [exchange], value }));
    },
  });
}

/** The label of a kind of data, the same as in the metrics of the caches. */
function toLabel(kind: string): string {
  const names: Readonly<Record<string, string>> = {
    ticker: 'tickers',
    orderBook: 'order_books',
    allTickers: 'screens',
    fundingRate: 'funding_rates',
    openInterest: 'open_interest',
  };
  return names[kind] ?? kind;
}
