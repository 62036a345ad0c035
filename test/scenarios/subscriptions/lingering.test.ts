import { expect, test } from 'vitest';
import { useStreamingServer } from '../../support/server/streaming-server.ts';
import { eventually, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';

// The first test of a process loads ccxt within its deadline.
const use = useStreamingServer('binance', createBinance, { lingerMs: 2000 });

const market = 'exchange: "binance", symbol: "BTC/USDT"';

test.each([
  `subscription { tickerUpdated(${market}) { last } }`,
  `subscription { orderBookUpdated(${market}) { bestBid } }`,
  `subscription { candleUpdated(${market}, timeframe: "1m") { close } }`,
  `subscription { tradesExecuted(${market}) { price } }`,
])('when the last subscriber has left, the exchange is asked nothing more: %s', async (document) => {
  const { venue, running, client } = use();
  venue.refuseStreams();
  venue.setTicker('BTC/USDT', { last: '100' });
  // Made-up ones are others each time, which is a gap.
  venue.holdTrades('BTC/USDT');
  const operation = subscribe(client, document);
  const polls = (): number => venue.count(/ticker|depth|klines|trades/i);
  await eventually(() => polls() > 3);
  operation.stop();
  await eventually(() => running.app.counts.subscribers === 0);
  const made = polls();
  await eventually(() => running.app.counts.topics === 0);
  // One may have been under way.
  expect(polls() - made).toBeLessThanOrEqual(1);
});
