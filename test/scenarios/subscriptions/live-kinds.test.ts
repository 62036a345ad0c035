import type { Client } from 'graphql-ws';
import { beforeEach, describe, expect, test } from 'vitest';
import { useStreamingServer } from '../../support/server/streaming-server.ts';
import type { AppServer } from '../../support/server.ts';
import { eventually, type Operation, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const exchanges = [
  { id: 'binance', create: createBinance, btc: 'BTC/USDT', books: /depth/, trades: /trades/i },
  { id: 'kraken', create: createKraken, btc: 'BTC/USD', books: /Depth/, trades: /Trades/ },
] as const;

describe.each(exchanges)('$id', ({ id, create, btc, books, trades }) => {
  const use = useStreamingServer(id, create);
  let venue: Venue;
  let running: AppServer;
  let client: Client;
  const market = `exchange: "${id}", symbol: "${btc}"`;

  beforeEach(() => {
    ({ venue, running, client } = use());
  });

  describe('order books', () => {
    const document = `subscription ($limit: Int! = 5) {
      orderBookUpdated(${market}, limit: $limit) { bestBid bestAsk spread mid stale bids { price amount } asks { price } }
    }`;
    const last = ({ results }: Operation) => results.at(-1)?.data?.orderBookUpdated;

    test('come by one stream to subscribers of different depths, and each change within the limit is sent', async () => {
      venue.setTicker(btc, { last: '100', bid: '99.5', ask: '100.5' });
      const deep = subscribe(client, document);
      const shallow = subscribe(client, document, { limit: 1 });
      await Promise.all([deep.until(1), shallow.until(1)]);
      await eventually(() => venue.subscriptions.length === 1);
      await eventually(() => {
        venue.setTicker(btc, { bid: '98.25', ask: '100.75', bidVolume: String(1 + deep.results.length) });
        return last(deep)?.bestBid === 98.25 && last(shallow)?.bestBid === 98.25;
      });
      expect(last(shallow)).toMatchObject({ bestAsk: 100.75, spread: 2.5, mid: 99.5, stale: false });
      expect(last(shallow).bids).toHaveLength(1);
      expect(last(deep).bids).toHaveLength(5);
      expect(venue.subscriptions).toHaveLength(1);
      await eventually(() => running.app.counts.polls === 0);
      const calls = venue.count(books);
      const answer = await running.query(`{ orderBook(${market}, limit: 3) { bestBid asks { price } } }`);
      expect(answer.data.orderBook).toMatchObject({ bestBid: 98.25 });
      expect(answer.data.orderBook.asks).toHaveLength(3);
      expect(venue.count(books)).toBe(calls);
    });

    test('continue after a dropped connection', async () => {
      const operation = subscribe(client, document);
      await operation.until(1);
      await eventually(() => venue.subscriptions.length === 1);
      venue.dropStreams();
      venue.setTicker(btc, { last: '70', bid: '69.5', ask: '70.5' });
      await eventually(() => last(operation)?.bestBid === 69.5);
      await eventually(() => venue.subscriptions.length === 1 && running.app.counts.polls === 0);
      venue.setTicker(btc, { last: '80', bid: '79.5', ask: '80.5' });
      await eventually(() => last(operation)?.bestBid === 79.5);
    });

    test('without an available snapshot are polled, and nothing breaks', async () => {
      const operation = subscribe(client, document);
      await operation.until(1);
      venue.fault({ kind: 'status', status: 502 });
      venue.dropStreams();
      await eventually(() => last(operation)?.stale === true || venue.subscriptions.length === 1);
      venue.heal();
      venue.setTicker(btc, { last: '60', bid: '59.5', ask: '60.5' });
      await eventually(() => last(operation)?.bestBid === 59.5 && last(operation)?.stale === false);
    });
  });

  describe('trades', () => {
    const document = `subscription { tradesExecuted(${market}) { tradeId timestamp price } }`;
    const told = ({ results }: Operation) => results.flatMap(({ data }) => data?.tradesExecuted ?? []);
    const execute = (price: number): string =>
      String(venue.trade(btc, { price: String(price), amount: '0.5', side: 'buy' }).id);

    test('are sent once and in order, including those of a dropped stream', async () => {
      venue.holdTrades(btc);
      const operation = subscribe(client, document);
      await eventually(() => venue.subscriptions.length === 1);
      const ids = [execute(64_000)];
      await eventually(() => told(operation).length === 1);
      for (let round = 0; round < 3; round++) {
        ids.push(execute(64_001 + round));
        venue.dropStreams();
        ids.push(execute(64_002 + round), execute(64_003 + round));
        await eventually(() => venue.subscriptions.length === 1);
        ids.push(execute(64_004 + round), execute(64_005 + round));
        await eventually(() => told(operation).length >= ids.length);
      }
      expect(told(operation).map((trade) => trade.tradeId)).toEqual(ids);
      await eventually(() => running.app.counts.polls === 0);
      const calls = venue.count(trades);
      ids.push(execute(65_000));
      await eventually(() => told(operation).length === ids.length);
      expect(venue.count(trades)).toBe(calls);
    });

    test('without a price or an amount are placeholders, and leave no gap', async () => {
      const holdPlace = () => venue.trade(btc, { price: '0', amount: '0', side: 'buy' });
      venue.holdTrades(btc);
      const operation = subscribe(client, document);
      await eventually(() => venue.subscriptions.length === 1);
      const ids = [execute(64_000)];
      holdPlace();
      ids.push(execute(64_001));
      venue.dropStreams();
      holdPlace();
      ids.push(execute(64_002));
      holdPlace();
      await eventually(() => venue.subscriptions.length === 1);
      holdPlace();
      await eventually(() => running.app.counts.polls === 0);
      const calls = venue.count(trades);
      ids.push(execute(64_003));
      await eventually(() => told(operation).length === ids.length);
      expect(told(operation).map((trade) => trade.tradeId)).toEqual(ids);
      expect(operation.results.every(({ errors }) => errors === undefined)).toBe(true);
      expect(venue.count(trades)).toBe(calls);
    });

    test('come by polls if the stream is refused', async () => {
      venue.holdTrades(btc);
      venue.refuseStreams();
      const operation = subscribe(client, document);
      await eventually(() => venue.count(trades) > 1);
      const ids = [execute(1), execute(2)];
      await eventually(() => told(operation).length === 2);
      ids.push(execute(3));
      await eventually(() => told(operation).length === 3);
      expect(told(operation).map((trade) => trade.tradeId)).toEqual(ids);
    });
  });

  test('candles come by the stream, and each once more when it closes', async () => {
    const minute = 60_000;
    const start = Math.floor(Date.now() / minute) * minute;
    let close = 100;
    venue.now = start + 1000;
    venue.candles = () => ({
      open: '100',
      high: '500',
      low: '1',
      close: String(close),
      volume: String(close),
      trades: 1,
    });
    const document = `subscription { candleUpdated(${market}, timeframe: "1m") { timestamp close closed } }`;
    const operation = subscribe(client, document);
    const last = () => operation.results.at(-1)?.data?.candleUpdated;
    await operation.until(1);
    await eventually(() => venue.subscriptions.length === 1);
    const first = last().timestamp;
    await eventually(() => {
      close += 1;
      venue.pushCandle(btc, '1m');
      return last().close > 110;
    });
    const closedAt = close;
    venue.now = first + minute + 1000;
    venue.pushClosedCandle(btc, '1m');
    close = 400;
    venue.pushCandle(btc, '1m');
    await eventually(() => last().timestamp === first + minute && last().close === 400);
    const closed = operation.results.map(({ data }) => data?.candleUpdated).filter((candle) => candle.closed);
    expect(closed).toEqual([{ timestamp: first, close: closedAt, closed: true }]);
  });

  test('candles of a timeframe that the exchange lacks are built from its stream of a shorter one', async () => {
    const operation = subscribe(
      client,
      `subscription { candleUpdated(${market}, timeframe: "10m") { timestamp close high volume closed } }`,
    );
    const last = () => operation.results.at(-1)?.data?.candleUpdated;
    await operation.until(1);
    await eventually(() => venue.subscriptions.length === 1);
    const { candles } = venue;
    let close = 500_000;
    venue.candles = (symbol, timeframe, timestamp, now) => {
      const candle = candles(symbol, timeframe, timestamp, now);
      return candle && timeframe === '5m' ? { ...candle, close: String(close), high: '1000000' } : candle;
    };
    await eventually(() => {
      close += 1;
      venue.pushCandle(btc, '5m');
      return last().close > 500_010;
    });
    const tenMinutes = 600_000;
    expect(last()).toMatchObject({ timestamp: last().timestamp - (last().timestamp % tenMinutes), high: 1_000_000 });
    // The stream goes on without polls beside it.
    await eventually(() => running.app.counts.polls === 0);
    const answer = await running.query(`{ candles(${market}, timeframe: "10m", limit: 3) { timestamp closed } }`);
    expect(answer.errors).toEqual([]);
    expect(answer.data.candles.map(({ closed }: { closed: boolean }) => closed)).toEqual([true, true, false]);
    expect(answer.data.candles.at(-1).timestamp).toBe(last().timestamp);
  });
});
