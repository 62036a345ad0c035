import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../support/server.ts';
import { eventually } from '../support/socket-client.ts';
import { createKraken } from '../venues/kraken/kraken.ts';
import type { Venue } from '../venues/venue.ts';
import { type Documents, type LiveClient, liveClients } from './live-clients.ts';

// What front ends see of an exchange that fails, each client as it comes: an error event would end a subscription in
// Apollo Client 3 and Relay, and stick in urql.

const btc = 'BTC/USD';
const eth = 'ETH/USD';

const documents: Documents = {
  AppTickerSubscription: `subscription AppTickerSubscription {
    tickerUpdated(exchange: "kraken", symbol: "${btc}") { id last stale }
  }`,
  AppTickersSubscription: `subscription AppTickersSubscription {
    tickersUpdated(exchange: "kraken", symbols: ["${btc}", "${eth}"]) { id symbol last stale }
  }`,
  AppBookSubscription: `subscription AppBookSubscription {
    orderBookUpdated(exchange: "kraken", symbol: "${btc}", limit: 1) { id stale }
  }`,
  AppCandleSubscription: `subscription AppCandleSubscription {
    candleUpdated(exchange: "kraken", symbol: "${btc}", timeframe: "1h") { timestamp close closed stale }
  }`,
  AppTradesSubscription: `subscription AppTradesSubscription {
    tradesExecuted(exchange: "kraken", symbol: "${btc}") { price }
  }`,
  AppUnknownSubscription: `subscription AppUnknownSubscription {
    tickersUpdated(exchange: "kraken", symbols: ["${btc}", "NO/PE", "NO/PE2"]) { id last }
  }`,
  AppSkippingSubscription: `subscription AppSkippingSubscription {
    tickersUpdated(exchange: "kraken", symbols: ["${btc}", "NO/PE"], skipUnknown: true) { id symbol last }
  }`,
};

let kraken: Venue;
let running: AppServer;
let client: LiveClient;

beforeEach(async () => {
  kraken = await createKraken();
  running = await startServer({
    config: { pollIntervalMs: 100, lingerMs: 50, streamSilenceMs: 60_000, staleMaxMs: 500 },
    venues: { kraken },
  });
});

afterEach(async () => {
  client?.stop();
  await running.stop();
  await kraken.close();
});

const last = ({ data }: { readonly data: readonly unknown[] }): unknown => data.at(-1);

describe.each(Object.entries(liveClients))('%s', (_name, start) => {
  beforeEach(async () => {
    client = await start(running.webSocketUrl, documents);
  });

  test('shows an outage as stale data, and goes on afterwards with what it missed', async () => {
    kraken.refuseStreams();
    let close = '100';
    kraken.candles = () => ({ open: '100', high: '1000', low: '1', close, volume: '5', trades: 1 });
    kraken.holdTrades(btc);
    const ticker = client.follow('AppTickerSubscription');
    const book = client.follow('AppBookSubscription');
    const candle = client.follow('AppCandleSubscription');
    const trades = client.follow('AppTradesSubscription');
    const all = [ticker, book, candle, trades];
    await eventually(() => ticker.data.length > 0 && book.data.length > 0 && candle.data.length > 0);
    await eventually(() => running.app.counts.operations === 4);
    kraken.fault({ kind: 'status', status: 503 });
    await eventually(() =>
      [last(ticker), last(book), last(candle)].every((event) => JSON.stringify(event).includes('"stale":true')),
    );
    close = '200';
    kraken.trade(btc, { price: '300', amount: '1', side: 'buy' });
    kraken.setTicker(btc, { last: '400' });
    kraken.heal();
    await eventually(() => JSON.stringify(last(ticker)).includes('"last":400'));
    await eventually(() => JSON.stringify(last(candle)).includes('"close":200'));
    await eventually(() => JSON.stringify(trades.data).includes('"price":300'));
    await eventually(() => JSON.stringify(last(book)).includes('"stale":false'));
    expect(all.map(({ errors, ended }) => ({ errors, ended }))).toEqual(all.map(() => ({ errors: [], ended: false })));
  });

  test('keeps the others of a list when one is delisted, which goes stale', async () => {
    kraken.refuseStreams();
    const tickers = client.follow('AppTickersSubscription');
    await eventually(() => tickers.data.length >= 2);
    kraken.delist(eth);
    await eventually(() => JSON.stringify(tickers.data).includes('"stale":true'));
    kraken.setTicker(btc, { last: '555' });
    await eventually(() => JSON.stringify(last(tickers)).includes('"last":555'));
    expect({ errors: tickers.errors, ended: tickers.ended }).toEqual({ errors: [], ended: false });
  });

  test('learns at the start which symbols of a list do not exist, or skips them', async () => {
    const refused = client.follow('AppUnknownSubscription');
    await eventually(() => refused.errors.length > 0);
    expect(refused.errors[0]).toContain('kraken has no markets "NO/PE", "NO/PE2"');
    expect(refused.data).toEqual([]);
    const skipping = client.follow('AppSkippingSubscription');
    await eventually(() => skipping.data.length > 0);
    expect(last(skipping)).toMatchObject({ tickersUpdated: { symbol: btc } });
    expect(skipping.errors).toEqual([]);
  });

  test('learns that trades are missing and that it may subscribe again, and the subscription ends', async () => {
    kraken.holdTrades(btc);
    const trades = client.follow('AppTradesSubscription');
    await eventually(() => running.app.counts.subscribers === 1);
    kraken.trade(btc, { price: '100', amount: '1', side: 'buy' });
    await eventually(() => JSON.stringify(trades.data).includes('"price":100'));
    await eventually(() => kraken.subscriptions.length === 1);
    kraken.fault({ kind: 'status', status: 503 });
    kraken.dropStreams();
    // The stream comes back, and nobody can be asked for what it missed.
    await eventually(() => {
      if (kraken.subscriptions.length === 1) kraken.trade(btc, { price: '200', amount: '1', side: 'buy' });
      return trades.errors.length > 0;
    });
    expect(trades.errors[0]).toContain('Some trades of BTC/USD may be missing here');
    await eventually(() => running.app.counts.operations === 0);
  });
});
