import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const contracts = Array.from({ length: 100 }, (_, number) => ({
  symbol: `C${number}/USDT:USDT`,
  id: `C${number}USDT`,
  active: true,
  ...{ price: '100.00', priceStep: '0.10', amountStep: '0.001' },
  listedAt: Date.UTC(2019, 8, 25, 8),
}));

let binance: Venue;
let running: AppServer;

beforeEach(async () => {
  binance = await createBinance(contracts);
  running = await startServer({ config: { lingerMs: 50 }, venues: { binance } });
});

afterEach(async () => {
  await running.stop();
  await binance.close();
});

test('funding rates that a hundred subscriptions begin to follow together come with one call', async () => {
  const client = connect(running.webSocketUrl);
  // The list of markets is known to a server that has run for a moment.
  await running.query('{ exchange(id: "binance") { markets(first: 1) { totalCount } } }');
  binance.reset();
  const operations = contracts.map(({ symbol }) =>
    subscribe(client, `subscription { fundingRateUpdated(exchange: "binance", symbol: "${symbol}") { symbol rate } }`),
  );
  await eventually(() => operations.every(({ results }) => results.length > 0));
  expect(operations.flatMap(({ results }) => results.map(({ data }) => data?.fundingRateUpdated.symbol))).toEqual(
    contracts.map(({ symbol }) => symbol),
  );
  expect(binance.count(/premiumIndex/)).toBe(1);
  await client.dispose();
});
