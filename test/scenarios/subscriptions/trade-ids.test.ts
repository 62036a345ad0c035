import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentOf, type Trade } from '../../../src/market/model/trade.ts';
import { useStreamingServer } from '../../support/server/streaming-server.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { connect, eventually, type Operation, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';

interface Told {
  readonly id: string;
  readonly tradeId: string | null;
}

const told = ({ results }: Operation): readonly Told[] => results.flatMap(({ data }) => data?.tradesExecuted ?? []);

describe.each([
  ['kraken', createKraken],
  ['binance', createBinance],
] as const)('%s', (exchange, create) => {
  const app = useStreamingServer(exchange, create);

  test('a trade has the same unique id in queries and subscriptions', async () => {
    const { venue, running, client } = app();
    const symbols = ['BTC/USDT', 'ETH/USDT'] as const;
    for (const symbol of symbols) venue.holdTrades(symbol);
    const operations = symbols.map((symbol) =>
      subscribe(
        client,
        `subscription { tradesExecuted(exchange: "${exchange}", symbol: "${symbol}") { id tradeId price } }`,
      ),
    );
    await eventually(() => venue.subscriptions.length === 2);
    // The same numbers in both markets, as exchanges count them for each by itself.
    for (const id of [9_000_000_001, 9_000_000_002]) {
      for (const symbol of symbols) venue.trade(symbol, { price: '7', amount: '1', side: 'buy', id });
    }
    await eventually(() => operations.every((operation) => told(operation).length === 2));
    const { data, errors } = await running.query(
      `{ ${symbols.map((symbol, at) => `t${at}: trades(exchange: "${exchange}", symbol: "${symbol}", limit: 2) { id tradeId price }`).join(' ')} }`,
    );
    expect(errors).toEqual([]);
    expect(operations.map(told)).toEqual([data.t0, data.t1]);
    expect(data.t0.map(({ tradeId }: Told) => tradeId)).toEqual(data.t1.map(({ tradeId }: Told) => tradeId));
    expect(new Set([...data.t0, ...data.t1].map(({ id }: Told) => id)).size).toBe(4);
  });
});

describe('an exchange whose answers have no ids', () => {
  let server: FakeServer;

  afterEach(() => server.stop());

  /** Later than all that the tests before have taken: none of the trades was there before the subscription. */
  let start: number;

  beforeEach(() => {
    start = Date.now() + 1000;
  });

  function trade(number: number, id: string | null): Trade {
    // Of three trades, two are equal in all.
    const amount = number % 3 === 0 ? 2 : 1;
    const timestamp = start + Math.floor(number / 3);
    return { exchange: 'kraken', symbol: 'BTC/USD', id, timestamp, price: 5, amount, cost: 5, side: 'sell' };
  }

  /** As exchange/ numbers what it is given. */
  function numbered(trades: readonly Trade[]): readonly Trade[] {
    const counts = new Map<string, number>();
    return trades.map((each) => {
      const nth = (counts.get(contentOf(each)) ?? 0) + 1;
      counts.set(contentOf(each), nth);
      return { ...each, nth };
    });
  }

  test.each(['ids', 'no ids'])('and streams %s has the same ids in queries and subscriptions', async (stream) => {
    server = await startServer({ fake: {} });
    server.marketData.set('BTC/USD', { last: 1 });
    server.streams.offer('trades');
    const all = Array.from({ length: 9 }, (_, number) => trade(number, null));
    server.marketData.setTrades(numbered(all.slice(0, 1)));
    const client = connect(server.webSocketUrl);
    const market = 'exchange: "kraken", symbol: "BTC/USD"';
    const operation = subscribe(client, `subscription { tradesExecuted(${market}) { id tradeId } }`);
    await eventually(() => server.streams.opened.length === 1 && server.marketData.tradeCalls.length === 1);
    const streamed = all.map((_, number) => trade(number, stream === 'ids' ? `s${number}` : null));
    for (const each of streamed.slice(1)) server.streams.push('trades', 'BTC/USD', [each]);
    server.marketData.setTrades(numbered(all));
    await eventually(() => told(operation).length === 9);
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ trades(${market}) { id tradeId } }` }),
    });
    const { data } = await response.json();
    const ids = data.trades.map(({ id }: Told) => id);
    expect(new Set(ids).size).toBe(9);
    expect(told(operation).map(({ id }) => id)).toEqual(ids);
    await client.dispose();
    await eventually(() => Object.values(server.counts).every((count) => count === 0));
  });
});
