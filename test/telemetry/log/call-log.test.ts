import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ThrottledLog } from '../../../src/base/throttled-log.ts';
import type { CallOutcome } from '../../../src/exchange/access/call-listeners.ts';
import { createCallLog } from '../../../src/telemetry/log/call-log.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

interface Line {
  readonly level: number;
  readonly exchange: string;
  readonly code: string;
  readonly msg: string;
}

const outcomes: readonly CallOutcome[] = [
  'ok',
  'SYMBOL_NOT_FOUND',
  'BAD_USER_INPUT',
  'CIRCUIT_OPEN',
  'TIMEOUT',
  'EXCHANGE_UNAVAILABLE',
];

test('failures that an operator can fix are logged once a minute for each exchange and advice, others never', async () => {
  const lines: Line[] = [];
  const clock = new ManualClock();
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const logCall = createCallLog(new ThrottledLog({ log, clock }), (exchange) => openCircuits.has(exchange));
  const openCircuits = new Set<string>();
  for (let time = 0; time < 1000; time++) for (const outcome of outcomes) logCall('kraken', outcome);
  logCall('binance', 'AUTHENTICATION_REQUIRED');
  // The circuit log reports these.
  logCall('binance', 'GEO_BLOCKED');
  logCall('binance', 'RATE_LIMITED');
  expect(lines.map(({ level, exchange, code }) => [level, exchange, code])).toEqual([
    [40, 'kraken', 'TIMEOUT'],
    [40, 'binance', 'AUTHENTICATION_REQUIRED'],
  ]);
  expect(lines[1]?.msg).toBe(
    'a call to binance failed with AUTHENTICATION_REQUIRED. Set apiKey and secret of the exchange in EXCHANGE_CONFIG, or correct them.',
  );
  await clock.advance(60_000);
  openCircuits.add('kraken');
  logCall('kraken', 'TIMEOUT');
  expect(lines).toHaveLength(2);
  openCircuits.clear();
  logCall('kraken', 'TIMEOUT');
  expect(lines[2]).toMatchObject({ code: 'TIMEOUT', repeated: 1999 });
});
