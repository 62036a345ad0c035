import { afterEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { ExchangeStreams } from '../../../src/exchange/streams/streams.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import type { Stream } from '../../../src/market/ports/market-streams.ts';
import { connectTo, type StandInClient } from '../../support/exchange/venue-client.ts';
import { eventually } from '../../support/socket-client.ts';
import { createWoo } from '../../venues/others/woo.ts';
import type { Venue } from '../../venues/venue.ts';

const symbols = Array.from({ length: 300 }, (_, index) => `C${index}/USDT`);
/** A market that the channel of all markets lacks. */
const unlisted = 'C7/USDT';

/** One stream of a test, with what its listener received. */
interface Opened {
  readonly symbol: string;
  readonly stream: Stream;
  readonly messages: unknown[];
  readonly firsts: boolean[];
  readonly errors: MarketDataError[];
}

let venue: Venue;
let client: StandInClient;
let streams: ExchangeStreams;

/** `speed` is how much faster than the system's clock pauses pass. */
async function start(without: readonly string[] = [], speed = 1): Promise<void> {
  const markets = symbols.map((symbol) => ({
    ...{ symbol, id: `SPOT_${symbol.replace('/', '_')}`, active: true, price: '10.00' },
    ...{ priceStep: '0.01', amountStep: '0.0001', listedAt: Date.UTC(2017, 7, 17, 4) },
  }));
  venue = await createWoo(markets, without);
  client = await connectTo('woo', { ...venue.exchangeConfig, enableRateLimit: false });
  await client.client.markets();
  const clock: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms / speed, callback) };
  streams = new ExchangeStreams({
    ...{ exchanges: client.exchanges, clock, random: () => 0, timeoutMs: 2000, silenceMs: 600_000, onError: () => {} },
  });
}

afterEach(async () => {
  await streams.close();
  expect([venue.streamSockets, streams.poolCount]).toEqual([0, 0]);
  await client.close();
  await venue.close();
});

function open(symbol: string): Opened {
  const [messages, firsts, errors]: [unknown[], boolean[], MarketDataError[]] = [[], [], []];
  const listener = {
    onMessage: (message: unknown, isFirst: boolean) => {
      messages.push(message);
      firsts.push(isFirst);
    },
    onInterrupted: (error: MarketDataError) => errors.push(error),
  };
  return {
    symbol,
    stream: streams.open({ exchange: 'woo', symbol, kind: 'ticker' }, listener),
    messages,
    firsts,
    errors,
  };
}

/** The topics of the messages to the exchange so far. */
function topics(action = 'subscribe'): readonly string[] {
  return venue.streamRequests.flatMap((request) => (request.action === action ? request.streams : []));
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

test('a screen of 300 markets takes one message, and each receives its own values once', async () => {
  await start();
  const all = symbols.map(open);
  await tick(all);
  expect([topics(), venue.dials]).toEqual([['tickers'], 1]);
  for (const { symbol, messages, firsts } of all) {
    expect(messages).toMatchObject(messages.map(() => ({ symbol, source: 'STREAM' })));
    expect(firsts).toEqual(messages.map((_, index) => index === 0));
  }
  const [one, other] = all;
  const before = other?.messages.length;
  for (const last of ['41', '42', '43']) {
    venue.setTicker(one?.symbol ?? '', { last });
    await eventually(() => Number(Object(one?.messages.at(-1)).last) === Number(last));
  }
  expect(other?.messages.length).toBe(before);
});

test('a few markets are requested one by one, with the same values', async () => {
  await start();
  const few = symbols.slice(0, 10).map(open);
  await tick(few);
  expect(topics()).toEqual(few.map(({ symbol }) => `SPOT_${symbol.replace('/', '_')}@ticker`));
  const values = (opened: Opened | undefined): unknown => {
    const { receivedAt: _, ...value } = Object(opened?.messages.at(-1));
    return value;
  };
  const own = values(few[0]);
  for (const { stream } of few) stream.close();
  await eventually(() => venue.streamSockets === 0);
  const many = symbols.slice(0, 20).map(open);
  await eventually(() => topics().includes('tickers'));
  venue.setTicker(symbols[0] ?? '', { last: '99' });
  await tick(many);
  expect(Object.keys(Object(values(many[0])))).toEqual(Object.keys(Object(own)));
});

test('who leaves or joins does not disturb the others', async () => {
  await start();
  const [leaving, ...staying] = symbols.slice(0, 20).map(open);
  await tick(staying);
  leaving?.stream.close();
  const joined = symbols.slice(20, 22).map(open);
  await tick([...staying, ...joined]);
  const before = leaving?.messages.length;
  const back = open(leaving?.symbol ?? '');
  await tick([back, ...staying]);
  expect([topics(), topics('unsubscribe'), venue.dials]).toEqual([['tickers'], [], 1]);
  expect(leaving?.messages.length).toBe(before);
  expect(staying.flatMap(({ errors }) => errors)).toEqual([]);
  expect(staying.every(({ firsts }) => firsts.filter(Boolean).length === 1)).toBe(true);
});

test('a market that the channel lacks is requested alone, and unsubscribed alone', async () => {
  await start([unlisted], 50);
  const all = symbols.slice(0, 20).map(open);
  await tick(all);
  expect(topics()).toEqual(['tickers', 'SPOT_C7_USDT@ticker']);
  all[7]?.stream.close();
  await eventually(() => topics('unsubscribe').length === 1);
  await tick(all.filter(({ symbol }) => symbol !== unlisted));
  expect([topics('unsubscribe'), venue.dials]).toEqual([['SPOT_C7_USDT@ticker'], 1]);
});

test('if the exchange refuses the channel, all markets are requested alone, also after a reconnect', async () => {
  await start([], 50);
  venue.refuseSubscription('tickers');
  const all = symbols.slice(0, 20).map(open);
  await tick(all);
  expect(topics().length).toBe(21);
  venue.reset();
  venue.dropStreams();
  await tick(all);
  expect(topics().toSorted()).toEqual(all.map(({ symbol }) => `SPOT_${symbol.replace('/', '_')}@ticker`).toSorted());
});

test('after a drop the channel is requested again', async () => {
  await start();
  const all = symbols.slice(0, 30).map(open);
  await tick(all);
  venue.dropStreams();
  await tick(all);
  expect([topics(), venue.dials]).toEqual([['tickers', 'tickers'], 2]);
  expect(all.every(({ errors, firsts }) => errors.length === 1 && firsts.filter(Boolean).length === 2)).toBe(true);
});

test('when all leave, the connection is closed', async () => {
  await start();
  const all = symbols.slice(0, 30).map(open);
  await tick(all);
  for (const { stream } of all) stream.close();
  await eventually(() => venue.streamSockets === 0);
  expect([topics(), topics('unsubscribe')]).toEqual([['tickers'], []]);
});

test('when nobody is left on the channel, others continue on a new connection without it', async () => {
  await start([unlisted], 50);
  const all = symbols.slice(0, 20).map(open);
  await tick(all);
  const [other, ...leaving] = [all[7], ...all.filter(({ symbol }) => symbol !== unlisted)];
  for (const opened of leaving) opened?.stream.close();
  await eventually(() => {
    venue.setTicker(unlisted, { last: String(Math.random()) });
    return venue.dials === 2 && venue.streamSockets === 1;
  });
  expect([venue.subscriptions, other?.errors]).toEqual([['SPOT_C7_USDT@ticker'], []]);
});
