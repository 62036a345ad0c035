import { expect, onTestFinished, test } from 'vitest';
import { parseExposition } from '../../support/exposition.ts';
import { startServer } from '../../support/server.ts';
import { createBinance } from '../../venues/binance/binance.ts';

test('metrics and log report the circuit of each host separately, and kinds that could not be listed', async () => {
  const venue = await createBinance();
  const app = await startServer({ logLevel: 'info', venues: { binance: venue } });
  onTestFinished(async () => {
    await app.stop();
    await venue.close();
  });
  const ticker = (symbol: string) => app.post(`{ ticker(exchange: "binance", symbol: "${symbol}") { last } }`);
  venue.fault({ kind: 'status', status: 404, match: /^\/dapi\/v1\/exchangeInfo/ });
  await ticker('BTC/USDT');
  venue.fault({ kind: 'status', status: 403, match: /^\/fapi\// });
  await ticker('BTC/USDT:USDT');
  const { find } = parseExposition(await app.scrape());
  const isOpen = (host: string) => find('tickql_circuit_state', { exchange: 'binance', host, state: 'open' });
  expect(['api', 'fapi', 'dapi'].map((name) => isOpen(`${name}.binance.com`))).toEqual([0, 1, 0]);
  expect(find('tickql_circuit_state', { exchange: 'binance', state: 'open' })).toBeUndefined();
  expect(find('tickql_unlisted_kinds', { exchange: 'binance' })).toBe(1);
  const warnings = app.log.lines.filter(({ level, exchange }) => level === 40 && exchange === 'binance');
  expect(warnings.map(({ code, host }) => [code, host])).toEqual([
    ['BAD_EXCHANGE_RESPONSE', undefined],
    ['GEO_BLOCKED', 'fapi.binance.com'],
  ]);
  expect(warnings[0]?.msg).toContain('options.fetchMarkets.types');

  // An open circuit of one host does not suppress log lines about calls to other hosts.
  venue.fault({ kind: 'garbage', match: /^\/api\// });
  await ticker('ETH/USDT');
  expect(app.log.lines.at(-1)).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', exchange: 'binance' });
});
