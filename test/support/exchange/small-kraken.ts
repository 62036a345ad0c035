import { expect, onTestFinished } from 'vitest';
import type { Reply } from '../../venues/replies.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { connectTo, failed, type SmallExchange, type SmallMarket } from './small-exchange.ts';

/** Kraken with as many pairs as a test needs. Its URLs contain the ids, as those of some twenty exchanges do. */
export interface SmallKraken extends SmallExchange {
  readonly clock: ManualClock;
  readonly symbols: readonly string[];
}

/** `answer` receives the ids that a request for tickers names, and the length of its path with its query. */
export async function kraken(
  count: number,
  answer: (ids: readonly string[], characters: number) => Reply,
  inactive: readonly string[] = [],
): Promise<SmallKraken> {
  const clock = new ManualClock(Date.UTC(2026, 2, 4, 12));
  const markets = krakenMarkets(count).map((market) => ({ ...market, active: !inactive.includes(market.symbol) }));
  const exchange = await connectTo('kraken', {
    markets,
    clock,
    answer: (path, query) => {
      const ids = query.get('pair')?.split(',').filter(Boolean) ?? [];
      return answer(ids, `${path}?${query}`.length);
    },
  });
  onTestFinished(exchange.close);
  return {
    clock,
    symbols: markets.map(({ symbol }) => symbol),
    client: exchange.client,
    source: exchange.source,
    get requests() {
      return exchange.requests;
    },
    reset: exchange.reset,
    fetch: exchange.fetch,
    fetchAll: exchange.fetchAll,
    close: exchange.close,
  };
}

/** `C000/USD`, `C001/USD` and so on. */
function krakenMarkets(count: number): readonly SmallMarket[] {
  const bases = Array.from({ length: count }, (_, index) => `C${String(index).padStart(3, '0')}`);
  return bases.map((base) => ({ symbol: `${base}/USD`, id: `${base}USD` }));
}

/** Tickers of these ids. All have a last price of 10, unless `row` gives another. */
export function krakenTickers(ids: readonly string[], row: (id: string) => object = () => ({})): Reply {
  const usual = {
    a: ['10.1', '1', '1'],
    b: ['9.9', '1', '1'],
    c: ['10', '1'],
    v: ['1', '2'],
    p: ['10', '10'],
    o: '9.5',
  };
  return { body: { error: [], result: Object.fromEntries(ids.map((id) => [id, { ...usual, ...row(id) }])) } };
}

export const html = '<html><head><title>Request-URI Too Large</title></head></html>';

export const unknownPair: Reply = { body: { error: ['EQuery:Unknown asset pair'] } };

/** How many pairs each request had. */
export function sizes({ requests }: SmallExchange): readonly number[] {
  return requests.map((request) => request.split(',').length);
}

/** Requests the tickers again and expects one for each symbol. */
export async function expectAll(exchange: SmallExchange, symbols: readonly string[]): Promise<void> {
  exchange.reset();
  const results = await exchange.fetch(symbols);
  expect(failed(results)).toEqual([]);
  expect(results.size).toBe(symbols.length);
}
