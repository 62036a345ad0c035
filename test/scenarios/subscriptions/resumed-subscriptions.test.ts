import type { Client } from 'graphql-ws';
import { beforeEach, describe, expect, test } from 'vitest';
import { useStreamingServer } from '../../support/server/streaming-server.ts';
import type { AppServer } from '../../support/server.ts';
import { connect, eventually, type Operation, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const minute = 60_000;

const exchanges = [
  { id: 'binance', create: createBinance, btc: 'BTC/USDT' },
  { id: 'kraken', create: createKraken, btc: 'BTC/USD' },
] as const;

interface ToldTrade {
  readonly id: string;
  readonly timestamp: number;
}

interface ToldCandle {
  readonly timestamp: number;
  readonly close: number;
  readonly closed: boolean;
}

/** The error with which an operation was refused, before any event. */
async function refusalOf(operation: Operation): Promise<unknown> {
  await operation.ended(15_000);
  expect(operation.results.filter(({ data }) => data)).toEqual([]);
  const errors = operation.error ?? operation.results.at(-1)?.errors;
  return Array.isArray(errors) ? errors[0] : errors;
}

/** Events of a subscription as server-sent events give them, until `isEnough`. */
async function readEvents<T>(
  url: string,
  query: string,
  variables: object,
  isEnough: (values: readonly T[]) => boolean,
): Promise<readonly T[]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let values: T[] = [];
  while (!isEnough(values)) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (done) break;
    text += value;
    const complete = text.slice(0, text.lastIndexOf('\n\n') + 1);
    values = [...complete.matchAll(/^data: (\{.*\})$/gm)].flatMap(([, json = '']) => {
      const [field] = Object.values<T | readonly T[]>(JSON.parse(json).data ?? {});
      return field === undefined ? [] : ([field].flat() as T[]);
    });
  }
  await reader?.cancel();
  return values;
}

describe.each(exchanges)('$id', ({ id, create, btc }) => {
  const use = useStreamingServer(id, create, { upstreamTimeoutMs: 2000 });
  let venue: Venue;
  let running: AppServer;
  let client: Client;
  const market = `exchange: "${id}", symbol: "${btc}"`;

  beforeEach(() => {
    ({ venue, running, client } = use());
  });

  describe('trades', () => {
    const document = `subscription ($since: DateTime) { tradesExecuted(${market}, since: $since) { id: tradeId timestamp } }`;
    const told = ({ results }: Operation): readonly ToldTrade[] =>
      results.flatMap(({ data }) => data?.tradesExecuted ?? []);
    const idsOf = (trades: readonly ToldTrade[]): readonly string[] => trades.map((trade) => trade.id);
    const execute = (price: number): string =>
      String(venue.trade(btc, { price: String(price), amount: '0.5', side: 'buy' }).id);

    test('continue after a query without a gap or a duplicate, and after a dropped connection too', async () => {
      venue.holdTrades(btc);
      const queried = await running.query(`{ trades(${market}, limit: 20) { id: tradeId timestamp } }`);
      const last: ToldTrade = queried.data.trades.at(-1);
      // What nobody would be told.
      const ids = [execute(1), execute(2)];
      const operation = subscribe(client, document, { since: last.timestamp });
      await eventually(() => told(operation).length >= 3);
      await eventually(() => venue.subscriptions.length === 1);
      ids.push(execute(3), execute(4));
      await eventually(() => idsOf(told(operation)).includes(ids.at(-1) ?? ''));
      expect(idsOf(told(operation)).filter((each) => Number(each) > Number(last.id))).toEqual(ids);
      // The client's connection breaks, and what is traded meanwhile follows when it is back.
      await client.dispose();
      const newest = told(operation).at(-1);
      const missed = [execute(5), execute(6), execute(7)];
      const other = connect(running.webSocketUrl);
      const again = subscribe(other, document, { since: new Date(newest?.timestamp ?? 0).toISOString() });
      await eventually(() => idsOf(told(again)).includes(missed.at(-1) ?? ''));
      missed.push(execute(8));
      await eventually(() => idsOf(told(again)).includes(missed.at(-1) ?? ''));
      // Others of the same millisecond come again with the last one.
      const repeated = told(again).filter(({ timestamp }) => timestamp === newest?.timestamp);
      expect(repeated.at(-1)).toEqual(newest);
      expect(idsOf(told(again))).toEqual([...idsOf(repeated), ...missed]);
      await other.dispose();
    });

    test('are sent over server-sent events too', async () => {
      venue.holdTrades(btc);
      const queried = await running.query(`{ trades(${market}, limit: 20) { id: tradeId timestamp } }`);
      const last: ToldTrade = queried.data.trades.at(-1);
      const ids = [execute(1), execute(2)];
      // The last one follows when the stream is open.
      const isLast = (values: readonly ToldTrade[]): boolean => values.length >= 1 + 3;
      const reading = readEvents(running.url, document, { since: last.timestamp }, isLast);
      await eventually(() => venue.subscriptions.length === 1);
      ids.push(execute(3));
      expect(idsOf(await reading)).toEqual([last.id, ...ids]);
    });

    test('from before the history of the exchange are an error that refuses the operation', async () => {
      venue.holdTrades(btc);
      const operation = subscribe(client, document, { since: '2020-01-01' });
      expect(await refusalOf(operation)).toMatchObject({
        message: expect.stringMatching(/^(binance|kraken) does not serve all trades of BTC\/USDT? from 2020-01-01/),
        extensions: { code: 'BAD_USER_INPUT', retryable: false, exchange: id, symbol: btc },
      });
      await eventually(() => running.app.counts.subscribers === 0);
    });
  });

  describe('candles', () => {
    const document = `subscription ($since: DateTime, $timeframe: Timeframe!) {
      candleUpdated(${market}, timeframe: $timeframe, since: $since) { timestamp close closed }
    }`;
    const told = ({ results }: Operation): readonly ToldCandle[] =>
      results.flatMap(({ data }) => data?.candleUpdated ?? []);

    test('continue after a query and after a dropped connection, each closed one once', async () => {
      const start = Math.floor(Date.now() / minute) * minute;
      // The exchange has had no trade for two periods.
      venue.now = start - 2 * minute + 1000;
      const queried = await running.query(
        `{ candles(${market}, timeframe: "1m", limit: 10) { timestamp close closed } }`,
      );
      const candles: readonly ToldCandle[] = queried.data.candles;
      const operation = subscribe(client, document, { since: candles[3]?.timestamp, timeframe: '1m' });
      await operation.until(7);
      expect(told(operation).slice(0, 6)).toEqual(candles.slice(3, 9));
      // Whether the last one has closed is for the live side to say.
      expect(told(operation)[6]).toMatchObject({ timestamp: start - 2 * minute, close: candles[9]?.close });
      await eventually(() => venue.subscriptions.length === 1);
      await client.dispose();
      venue.now = null;
      const other = connect(running.webSocketUrl);
      const again = subscribe(other, document, { since: told(operation).at(-1)?.timestamp, timeframe: '1m' });
      await eventually(() => told(again).some(({ timestamp }) => timestamp === start));
      const closed = told(again).flatMap(({ timestamp, closed: isClosed }) => (isClosed ? [timestamp] : []));
      expect(closed.slice(0, 2)).toEqual([start - 2 * minute, start - minute]);
      const starts = told(again).map(({ timestamp }) => timestamp);
      expect(starts).toEqual([...starts].sort((earlier, later) => earlier - later));
      await other.dispose();
    });

    test('of a timeframe that the exchange lacks, and over server-sent events', async () => {
      const tenMinutes = 10 * minute;
      const queried = await running.query(
        `{ candles(${market}, timeframe: "10m", limit: 5) { timestamp close closed } }`,
      );
      const candles: readonly ToldCandle[] = queried.data.candles;
      const values = await readEvents<ToldCandle>(
        running.url,
        document,
        { since: candles[0]?.timestamp, timeframe: '10m' },
        (seen) => seen.length >= 5,
      );
      // The last one can change while the others are read.
      expect(values.slice(0, 5).map(({ timestamp }) => timestamp)).toEqual(
        Array.from({ length: 5 }, (_, index) => (candles[0]?.timestamp ?? 0) + index * tenMinutes),
      );
      expect(values.slice(0, 4)).toEqual(candles.slice(0, 4));
    });

    test('that are too many or in the future refuse the operation with a message', async () => {
      const many = subscribe(client, document, { since: '2025-01-01', timeframe: '1m' });
      // Kraken serves its newest 720.
      const message = id === 'kraken' ? /^kraken serves only its newest/ : /^More than 10000 candles .* in pages first/;
      const extensions = { code: 'BAD_USER_INPUT', retryable: false };
      expect(await refusalOf(many)).toMatchObject({ message: expect.stringMatching(message), extensions });
      const future = subscribe(client, document, { since: new Date(Date.now() + 3_600_000), timeframe: '1m' });
      expect(await refusalOf(future)).toMatchObject({
        message: expect.stringMatching(/^since is .*, which is in the future/),
        extensions,
      });
      await eventually(() => running.app.counts.subscribers === 0);
    });

    test('while the exchange is down refuse the operation with a retryable error', async () => {
      await venue.goDown();
      const operation = subscribe(client, document, { since: Date.now() - 10 * minute, timeframe: '1m' });
      expect(await refusalOf(operation)).toMatchObject({ extensions: { retryable: true } });
      await venue.comeUp();
      await eventually(() => running.app.counts.subscribers === 0);
    });
  });
});
