import type { Client } from 'graphql-ws';
import { beforeEach, describe, expect, test } from 'vitest';
import { useStreamingServer } from '../../support/server/streaming-server.ts';
import type { AppServer } from '../../support/server.ts';
import { eventually, type Operation, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const exchanges = [
  { id: 'binance', create: createBinance, btc: 'BTC/USDT', eth: 'ETH/USDT', tickers: /ticker/ },
  { id: 'kraken', create: createKraken, btc: 'BTC/USD', eth: 'ETH/USD', tickers: /Ticker/ },
] as const;

const silenceMs = 400;

describe.each(exchanges)('$id', ({ id, create, btc, eth, tickers }) => {
  const use = useStreamingServer(id, create, { streamSilenceMs: silenceMs });
  let venue: Venue;
  let running: AppServer;
  let client: Client;
  let price = 1000;

  beforeEach(() => {
    ({ venue, running, client } = use());
  });

  const document = `subscription ($symbol: String!) {
    tickerUpdated(exchange: "${id}", symbol: $symbol) { last source stale }
  }`;

  function last({ results }: Operation): Readonly<Record<string, unknown>> {
    return results.at(-1)?.data?.tickerUpdated ?? {};
  }

  /** Ticks until a new price has come by the stream. On a busy machine others are on their way by then. */
  async function comesByStream(operation: Operation, symbol: string = btc): Promise<void> {
    const known = price;
    await eventually(() => {
      if (last(operation).source === 'STREAM' && Number(last(operation).last) > known) return true;
      price += 1;
      venue.setTicker(symbol, { last: String(price) });
      return false;
    });
    expect(last(operation).stale).toBe(false);
    expect(operation.completed).toBe(false);
  }

  /** The same where each price must have time to be polled. */
  async function comesByPoll(operation: Operation, symbol: string = btc): Promise<void> {
    price += 1;
    venue.setTicker(symbol, { last: String(price) });
    await eventually(() => last(operation).last === price);
    expect(last(operation)).toEqual({ last: price, source: 'POLL', stale: false });
  }

  async function streaming(symbol: string = btc): Promise<Operation> {
    const operation = subscribe(client, document, { symbol });
    await operation.until(1);
    await comesByStream(operation, symbol);
    return operation;
  }

  const faults: Readonly<Record<string, () => void>> = {
    'a drop': () => venue.dropStreams(),
    'a drop in the middle of a frame': () => venue.dropMidFrame(),
    'a close frame': () => venue.closeStreams(1012),
    'text that is no JSON': () => venue.sendGarbage('text'),
    'JSON of an unknown shape': () => venue.sendGarbage('json'),
    'bytes that are no text': () => venue.sendGarbage('binary'),
    'prices that are no numbers': () => venue.sendGarbage('badNumbers'),
  };

  test.each(Object.keys(faults))('after %s the stream continues, without invented values', async (fault) => {
    const operation = await streaming();
    const before = operation.results.length;
    faults[fault]?.();
    await comesByStream(operation);
    const told = operation.results.slice(before).map(({ data, errors }) => errors ?? data?.tickerUpdated.last);
    expect(told.every((each) => typeof each === 'number' && each >= 1000)).toBe(true);
    expect(venue.streamSockets).toBe(1);
  });

  test('a socket that answers pings but sends nothing is polled in parallel and reconnected; polling stops when it sends data', async () => {
    const operation = await streaming();
    const dials = venue.dials;
    venue.silence();
    await comesByPoll(operation);
    await comesByPoll(operation);
    await eventually(() => venue.dials > dials);
    venue.speak();
    await comesByStream(operation);
    // One poll may be under way.
    await eventually(() => running.app.counts.polls === 0);
    const calls = venue.count(tickers);
    for (let tick = 0; tick < 5; tick++) {
      await new Promise((resolve) => setTimeout(resolve, silenceMs / 4));
      await comesByStream(operation);
    }
    expect(venue.count(tickers)).toBe(calls);
    expect(venue.streamSockets).toBe(1);
  });

  test('values are stale only while neither stream nor polls work', async () => {
    const operation = await streaming();
    venue.fault({ kind: 'status', status: 502 });
    venue.refuseStreams();
    venue.dropStreams();
    await eventually(() => last(operation).stale === true);
    expect(last(operation)).toMatchObject({ last: price, stale: true });
    venue.heal();
    await comesByPoll(operation);
  });

  test('while handshakes hang, the market is polled until one succeeds', async () => {
    venue.hangStreams();
    const operation = subscribe(client, document, { symbol: btc });
    await operation.until(1);
    await comesByPoll(operation);
    venue.acceptStreams();
    await comesByStream(operation);
  });

  test('a market that the stream refuses is polled, and the others are streamed', async () => {
    venue.refuseSubscription(btc);
    const refused = subscribe(client, document, { symbol: btc });
    await refused.until(1);
    const other = await streaming(eth);
    await comesByPoll(refused);
    await comesByStream(other, eth);
    venue.acceptSubscription(btc);
    await comesByPoll(refused);
  });

  test('a market that is unsubscribed does not affect the others', async () => {
    const operation = await streaming(eth);
    const leaving = await streaming(btc);
    leaving.stop();
    await eventually(() => running.app.counts.topics === 1);
    const before = operation.results.length;
    const prices: number[] = [];
    await eventually(() => {
      price += 1;
      prices.push(price);
      venue.setTicker(eth, { last: String(price) });
      return venue.subscriptions.length === 1 && venue.streamSockets === 1 && prices.length > 20;
    });
    // ccxt takes a channel back at Binance, and cannot at Kraken.
    expect(venue.dials).toBe(id === 'binance' ? 1 : 2);
    await eventually(() => last(operation).last === price);
    const told = operation.results.slice(before).map(({ data }) => data?.tickerUpdated);
    expect(told.every(({ stale }) => stale === false)).toBe(true);
    // Of two connections that take turns one may be a message ahead of the other.
    const lasts = told.map((ticker) => ticker.last);
    const skipped = prices.slice(prices.indexOf(lasts[0])).filter((each) => !lasts.includes(each));
    expect(skipped.length).toBeLessThanOrEqual(2);
    expect(lasts).toEqual([...new Set(lasts)].sort((a, b) => a - b));
  });
});
