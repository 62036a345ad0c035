import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createThrottledLog } from '../../../src/base/throttled-log.ts';
import type { MissingMarketsStatus } from '../../../src/exchange/markets/missing-markets.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { createListingLog } from '../../../src/telemetry/log/listing-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function create() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const clock = new ManualClock();
  return { clock, lines, note: createListingLog(log, createThrottledLog({ log, clock })) };
}

const status: MissingMarketsStatus = {
  exchange: 'binance',
  kinds: ['inverse'],
  error: new MarketDataError('GEO_BLOCKED', 'binance blocks the address of this server (HTTP 403).'),
  reason: 'binance blocks the address of this server (HTTP 403)',
  retryMs: 600_000,
  types: ['spot', 'linear', 'inverse'],
};

test('a kind that could not be listed is told once, with the option that leaves it out, and the end of it', async () => {
  const { clock, lines, note } = create();
  for (let count = 0; count < 3; count++) {
    note('binance', status);
    await clock.advance(600_000);
  }
  note('binance', null);
  expect(lines.map(({ level, code, exchange }) => [level, code, exchange])).toEqual([
    [40, 'GEO_BLOCKED', 'binance'],
    [30, undefined, 'binance'],
  ]);
  expect(lines[0]?.msg).toBe(
    "binance's inverse markets could not be listed: binance blocks the address of this server (HTTP 403). " +
      'The list is tried again in 600 s. To leave a kind out, set options.fetchMarkets.types in EXCHANGE_CONFIG to the ' +
      'others; it is ["spot","linear","inverse"] now.',
  );
});

test('where ccxt has no such option, it is not named', () => {
  const { lines, note } = create();
  note('bigone', { ...status, exchange: 'bigone', types: null, kinds: [] });
  expect(lines[0]?.msg).toMatch(
    /^a part of bigone's list of markets or currencies failed; no known market is missing: /,
  );
  expect(lines[0]?.msg).not.toContain('options');
});
