import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ThrottledLog } from '../../../src/base/throttled-log.ts';
import type { MissingMarketsStatus } from '../../../src/exchange/markets/missing-markets.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { ListingLog } from '../../../src/telemetry/log/listing-log.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

function create() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const clock = new ManualClock();
  return { clock, lines, onMissingMarkets: new ListingLog(log, new ThrottledLog({ log, clock })).onMissingMarkets };
}

const status: MissingMarketsStatus = {
  exchange: 'binance',
  kinds: ['inverse'],
  error: new MarketDataError('GEO_BLOCKED', 'binance blocks the address of this server (HTTP 403).'),
  reason: 'binance blocks the address of this server (HTTP 403)',
  retryMs: 600_000,
  types: ['spot', 'linear', 'inverse'],
};

test('a kind that could not be listed is logged once, with the option that leaves it out, and so is its end', async () => {
  const { clock, lines, onMissingMarkets } = create();
  for (let count = 0; count < 3; count++) {
    onMissingMarkets('binance', status);
    await clock.advance(600_000);
  }
  onMissingMarkets('binance', null);
  expect(lines.map(({ level, code, exchange }) => [level, code, exchange])).toEqual([
    [40, 'GEO_BLOCKED', 'binance'],
    [30, undefined, 'binance'],
  ]);
  expect(lines[0]?.msg).toBe(
    "binance's inverse markets could not be listed: binance blocks the address of this server (HTTP 403). " +
      'The server tries again in 600 s. To do without a kind, set options.fetchMarkets.types in EXCHANGE_CONFIG to the ' +
      'other kinds; it is ["spot","linear","inverse"] now.',
  );
});

test('if ccxt has no such option, it is not mentioned', () => {
  const { lines, onMissingMarkets } = create();
  onMissingMarkets('bigone', { ...status, exchange: 'bigone', types: null, kinds: [] });
  expect(lines[0]?.msg).toMatch(
    /^a part of bigone's markets or currencies could not be listed, but no known market is missing: /,
  );
  expect(lines[0]?.msg).not.toContain('options');
});
