import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { ExchangeStreams } from '../../../src/exchange/streams/streams.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import type { Stream, StreamKind, StreamRequest } from '../../../src/market/ports/market-streams.ts';
import { connectTo, type StandInClient } from '../../support/exchange/venue-client.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

/** Binance's longest message, in bytes. */
const maxBytes = 4088;

const symbols = Array.from({ length: 300 }, (_, index) => `C${index}/USDT`);

/** One stream of a test, with what its listener received. */
interface Opened {
  readonly symbol: string;
  readonly stream: Stream;
  readonly messages: unknown[];
  /** For each message, whether it was the first over its connection. */
  readonly firsts: boolean[];
  readonly errors: MarketDataError[];
}

let venue: Venue;
let client: StandInClient;
let streams: ExchangeStreams;

async function start(id: string, created: Promise<Venue>, silenceMs = 60_000): Promise<void> {
  venue = await created;
  client = await connectTo(id, { ...venue.exchangeConfig, enableRateLimit: false });
  await client.client.markets();
  const { exchanges } = client;
  streams = new ExchangeStreams({
    ...{ exchanges, clock: systemClock, random: () => 0, timeoutMs: 2000, silenceMs, onError: () => {} },
  });
}

afterEach(async () => {
  await streams.close();
  expect([venue.streamSockets, streams.poolCount]).toEqual([0, 0]);
  await client.close();
  await venue.close();
});

async function startBinance(silenceMs?: number, listed: readonly string[] = symbols): Promise<void> {
  const markets = listed.map((symbol) => ({
    ...{ symbol, id: symbol.replace('/', ''), active: true, price: '10.00000000' },
    ...{ priceStep: '0.01000000', amountStep: '0.00010000', listedAt: Date.UTC(2017, 7, 17, 4) },
  }));
  await start('binance', createBinance(markets), silenceMs);
}

function open(symbol: string, kind: StreamKind = 'ticker', more: Partial<StreamRequest<StreamKind>> = {}): Opened {
  const [messages, firsts, errors]: [unknown[], boolean[], MarketDataError[]] = [[], [], []];
  const exchange = client.client.info.id;
  const stream = streams.open(
    { exchange, symbol, kind, ...more },
    {
      onMessage: (message, isFirst) => {
        messages.push(message);
        firsts.push(isFirst);
      },
      onInterrupted: (error) => errors.push(error),
    },
  );
  return { symbol, stream, messages, firsts, errors };
}

/** The topics of each message to the exchange so far. */
function requests(action = 'subscribe'): readonly (readonly string[])[] {
  return venue.streamRequests.filter((request) => request.action === action).map((request) => request.streams);
}

/** Sends tickers until each stream has one more. */
async function tick(all: readonly Opened[]): Promise<void> {
  const before = all.map(({ messages }) => messages.length);
  let price = 20;
  await eventually(() => {
    const missing = all.filter(({ messages }, index) => messages.length === before[index]);
    price += 1;
    for (const { symbol } of missing) venue.setTicker(symbol, { last: String(price) });
    return missing.length === 0;
  });
}

test('a screen of 300 markets takes three messages, none of them too long, and each receives its own values', async () => {
  await startBinance();
  const all = symbols.map((symbol) => open(symbol));
  await eventually(() => venue.subscriptions.length === symbols.length);
  expect(requests().map((topics) => topics.length)).toEqual([100, 100, 100]);
  for (const { message } of venue.streamRequests) expect(JSON.stringify(message).length).toBeLessThan(maxBytes);
  await tick(all);
  for (const { symbol, messages, firsts } of all) {
    expect(messages).toMatchObject(messages.map(() => ({ symbol, source: 'STREAM' })));
    expect(firsts).toEqual(messages.map((_, index) => index === 0));
  }
  expect([requests().length, venue.dials]).toEqual([3, 1]);
});

test('a message that would be too long is divided', async () => {
  const long = Array.from({ length: 90 }, (_, index) => `A${'B'.repeat(40)}${index}/USDT`);
  const markets = long.map((symbol) => ({
    ...{ symbol, id: symbol.replace('/', ''), active: true, price: '10.00000000' },
    ...{ priceStep: '0.01000000', amountStep: '0.00010000', listedAt: Date.UTC(2017, 7, 17, 4) },
  }));
  await start('binance', createBinance(markets));
  for (const symbol of long) open(symbol);
  await eventually(() => venue.subscriptions.length === long.length);
  expect(requests().map((topics) => topics.length)).toEqual([45, 45]);
  for (const { message } of venue.streamRequests) expect(JSON.stringify(message).length).toBeLessThan(maxBytes);
});

const kinds: readonly {
  kind: StreamKind;
  more?: Partial<StreamRequest<StreamKind>>;
  send: (symbol: string) => void;
}[] = [
  { kind: 'trades', send: (symbol) => venue.trade(symbol, { price: '11', amount: '0.5', side: 'buy' }) },
  { kind: 'candles', more: { timeframe: '5m' }, send: (symbol) => venue.pushCandle(symbol, '5m') },
  { kind: 'orderBook', more: { depth: () => 20 }, send: (symbol) => venue.setTicker(symbol, { bid: '9', ask: '11' }) },
];

test.each(kinds)('$kind of several markets take one message', async ({ kind, more, send }) => {
  await startBinance();
  const all = symbols.slice(0, 30).map((symbol) => open(symbol, kind, more));
  await eventually(() => venue.subscriptions.length === all.length);
  await eventually(() => {
    for (const { symbol, messages } of all) if (messages.length === 0) send(symbol);
    return all.every(({ messages }) => messages.length > 0);
  });
  for (const { symbol, messages } of all) {
    const [first] = messages;
    if (Array.isArray(first)) expect(first.length).toBeGreaterThan(0);
    else expect(first).toMatchObject({ symbol });
  }
  expect(requests().map((topics) => topics.length)).toEqual([30]);
});

test('timeframes of a market and kinds of data are streamed side by side', async () => {
  await startBinance();
  const some = symbols.slice(0, 10);
  const [short, long] = ['1m', '5m'].map((timeframe) => some.map((symbol) => open(symbol, 'candles', { timeframe })));
  const tickers = some.map((symbol) => open(symbol));
  await eventually(() => venue.subscriptions.length === 30);
  expect(requests().map((topics) => topics.length)).toEqual([20, 10]);
  await tick(tickers);
  for (const symbol of some) {
    venue.pushCandle(symbol, '1m');
    venue.pushCandle(symbol, '5m');
  }
  await eventually(() => [...(short ?? []), ...(long ?? [])].every(({ messages }) => messages.length > 0));
});

test('who leaves or joins does not disturb the others', async () => {
  await startBinance();
  const [leaving, ...staying] = symbols.slice(0, 20).map((symbol) => open(symbol));
  await eventually(() => venue.subscriptions.length === 20);
  await tick(staying);
  leaving?.stream.close();
  await eventually(() => venue.subscriptions.length === 19);
  const joined = symbols.slice(20, 25).map((symbol) => open(symbol));
  await tick(staying);
  await eventually(() => venue.subscriptions.length === 24);
  await tick([...staying, ...joined]);
  expect(requests().map((topics) => topics.length)).toEqual([20, 5]);
  expect(requests('unsubscribe')).toEqual([['c0usdt@ticker']]);
  expect([venue.dials, staying.flatMap(({ errors }) => errors)]).toEqual([1, []]);
  expect(staying.every(({ firsts }) => firsts.filter(Boolean).length === 1)).toBe(true);
  // It comes back, by a message of its own.
  await tick([open(leaving?.symbol ?? '')]);
  expect(requests().at(-1)).toEqual(['c0usdt@ticker']);
});

test('a market that the exchange refuses does not stop the others of its batch', async () => {
  await startBinance();
  const some = symbols.slice(0, 32);
  const bad = some[9] ?? '';
  venue.refuseSubscription(bad);
  const all = some.map((symbol) => open(symbol));
  await eventually(() => venue.subscriptions.length === 31);
  await tick(all.filter(({ symbol }) => symbol !== bad));
  const refused = all.filter(({ errors }) => errors.length > 0);
  expect(refused.map(({ symbol }) => symbol)).toEqual([bad]);
  // Halves, down to the one that is refused.
  const sizes = requests().map((topics) => topics.length);
  expect(sizes.toSorted((a, b) => b - a)).toEqual([32, 16, 16, 8, 8, 4, 4, 2, 2, 1, 1]);
  expect(venue.dials).toBe(1);
});

test('the number of topics that an exchange accepts is learned, and used after a reconnect', async () => {
  await startBinance();
  venue.limitTopics(10);
  const all = symbols.slice(0, 32).map((symbol) => open(symbol));
  await tick(all);
  expect(requests().map((topics) => topics.length)).toEqual([32, 16, 16, 8, 8, 8, 8]);
  expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  venue.reset();
  venue.dropStreams();
  await tick(all);
  expect(requests().map((topics) => topics.length)).toEqual([8, 8, 8, 8]);
  expect(venue.dials).toBe(2);
  expect(all.every(({ errors, firsts }) => errors.length === 1 && firsts.filter(Boolean).length === 2)).toBe(true);
});

test('after a drop all are requested together again', async () => {
  await startBinance();
  const all = symbols.slice(0, 150).map((symbol) => open(symbol));
  await tick(all);
  venue.dropStreams();
  await tick(all);
  expect(requests().map((topics) => topics.length)).toEqual([100, 50, 100, 50]);
  expect(all.every(({ errors }) => errors.length === 1)).toBe(true);
});

test('markets of an exchange that answers for each of them are requested together too', async () => {
  await start('kraken', createKraken());
  const all = ['BTC/USD', 'ETH/USD', 'SOL/USD'].map((symbol) => open(symbol));
  await eventually(() => all.every(({ messages }) => messages.length > 0));
  expect(requests()).toHaveLength(1);
});

test('a refusal that names only the message reaches the markets that have nothing, and these alone', async () => {
  await start('kraken', createKraken());
  venue.refuseSubscription('ETH/USD');
  const all = ['BTC/USD', 'ETH/USD', 'SOL/USD'].map((symbol) => open(symbol));
  await eventually(() => requests().length === 2);
  expect(requests()[1]).toEqual(['ticker ETH/USD']);
  expect(all.map(({ messages }) => messages.length > 0)).toEqual([true, false, true]);
});

test('markets that leave together are unsubscribed together, and nothing is when all leave', async () => {
  await startBinance();
  const all = symbols.slice(0, 150).map((symbol) => open(symbol));
  await tick(all);
  for (const { stream } of all.slice(0, 120)) stream.close();
  await eventually(() => venue.subscriptions.length === 30);
  expect(requests('unsubscribe').map((topics) => topics.length)).toEqual([100, 20]);
  await tick(all.slice(120));
  expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  for (const { stream } of all.slice(120)) stream.close();
  await eventually(() => venue.streamSockets === 0);
  expect([requests('unsubscribe').length, venue.dials]).toEqual([2, 1]);
});

test('a batch of which nothing comes is requested again one by one while others are served', async () => {
  await startBinance(100);
  const served = open(symbols[9] ?? '', 'trades');
  const silent = symbols.slice(0, 4).map((symbol) => open(symbol));
  await eventually(() => venue.subscriptions.length === 5);
  await eventually(() => {
    venue.trade(served.symbol, { price: '11', amount: '0.5', side: 'buy' });
    silent[0]?.stream.redial(false);
    return requests().length === 6;
  });
  expect(requests().map((topics) => topics.length)).toEqual([1, 4, 1, 1, 1, 1]);
  await tick(silent);
  expect([venue.dials, silent.flatMap(({ errors }) => errors)]).toEqual([1, []]);
  // Alone they delivered at once, so the exchange ignores batches of this kind: the next ones are not requested together.
  const next = symbols.slice(20, 23).map((symbol) => open(symbol));
  await tick(next);
  expect(requests().map((topics) => topics.length)).toEqual([1, 4, 1, 1, 1, 1, 1, 1, 1]);
});

test('after a connection of which nothing came, each market is requested alone', async () => {
  await startBinance(100);
  venue.silence();
  const all = symbols.slice(0, 4).map((symbol) => open(symbol));
  await eventually(() => {
    all[0]?.stream.redial(false);
    return requests().length === 5;
  });
  expect(requests().map((topics) => topics.length)).toEqual([4, 1, 1, 1, 1]);
  expect(venue.dials).toBe(2);
  venue.speak();
  await tick(all);
});

test('markets whose turn has not come when the socket fails do not dial again by themselves', async () => {
  await startBinance();
  const all = symbols.slice(0, 250).map((symbol) => open(symbol));
  await eventually(() => venue.subscriptions.length === 100);
  venue.dropStreams();
  await tick(all);
  expect(requests().map((topics) => topics.length)).toEqual([100, 100, 100, 50]);
  expect(venue.dials).toBe(2);
  expect(all.every(({ errors }) => errors.length === 1)).toBe(true);
});

test('an unsubscription that would be too long is divided', async () => {
  const long = Array.from({ length: 90 }, (_, index) => `A${'B'.repeat(40)}${index}/USDT`);
  await startBinance(60_000, long);
  const all = long.map((symbol) => open(symbol));
  await tick(all);
  for (const { stream } of all.slice(1)) stream.close();
  await eventually(() => venue.subscriptions.length === 1);
  expect(requests('unsubscribe').map((topics) => topics.length)).toEqual([45, 44]);
  for (const { message } of venue.streamRequests) expect(JSON.stringify(message).length).toBeLessThan(maxBytes);
});

test('who has left is not requested again with the others of a silent batch', async () => {
  await startBinance(100);
  const served = open(symbols[9] ?? '', 'trades');
  const silent = symbols.slice(0, 4).map((symbol) => open(symbol));
  await eventually(() => venue.subscriptions.length === 5);
  silent[3]?.stream.close();
  await eventually(() => venue.subscriptions.length === 4);
  await eventually(() => {
    venue.trade(served.symbol, { price: '11', amount: '0.5', side: 'buy' });
    silent[0]?.stream.redial(false);
    return requests().length > 2;
  });
  await tick(silent.slice(0, 3));
  await eventually(() => requests().length >= 5);
  expect(requests().flat()).toHaveLength(1 + 4 + 3);
  expect(venue.subscriptions).toHaveLength(4);
});

test('markets that are idle in the batch and alone do not end the batches of others', async () => {
  await startBinance(100);
  const served = open(symbols[9] ?? '', 'ticker');
  const idle = symbols.slice(0, 4).map((symbol) => open(symbol, 'trades'));
  await eventually(() => venue.subscriptions.length === 5);
  await eventually(() => {
    venue.setTicker(served.symbol, { last: '11' });
    idle[0]?.stream.redial(false);
    return requests().length === 6;
  });
  const others = symbols.slice(20, 40).map((symbol) => open(symbol, 'trades'));
  await eventually(() => venue.subscriptions.length === 25);
  expect(requests().at(-1)).toHaveLength(others.length);
});

test('a connection takes as many markets as the exchange allows, also when they were requested together', async () => {
  const many = Array.from({ length: 600 }, (_, index) => `M${index}/USDT`);
  await startBinance(60_000, many);
  const all = many.map((symbol) => open(symbol, 'trades'));
  await eventually(() => venue.subscriptions.length === many.length);
  expect(requests().map((topics) => topics.length)).toEqual([100, 100, 100, 100, 100, 100]);
  expect([venue.dials, all.flatMap(({ errors }) => errors)]).toEqual([1, []]);
});

test('a market that is wanted twice does not end the batches', async () => {
  await startBinance();
  const some = symbols.slice(0, 10);
  const more = { timeframe: '1m' };
  const all = [...some, ...some.slice(0, 2)].map((symbol) => open(symbol, 'candles', more));
  await eventually(() => venue.subscriptions.length === 10);
  await eventually(() => {
    for (const { symbol, messages } of all) if (messages.length === 0) venue.pushCandle(symbol, '1m');
    return all.every(({ messages }) => messages.length > 0);
  });
  expect(requests().map((topics) => topics.length)).toEqual([10]);
  // One of the two leaves, together with another market: only that one is unsubscribed.
  all[0]?.stream.close();
  all[9]?.stream.close();
  await eventually(() => requests('unsubscribe').length > 0);
  expect(requests('unsubscribe')).toEqual([['c9usdt@kline_1m']]);
});
