import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ThrottledLog } from '../../../src/base/throttled-log.ts';
import type { CallOutcome } from '../../../src/exchange/access/call-listeners.ts';
import { createCallLog } from '../../../src/telemetry/log/call-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';

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

test('failures that somebody can mend are told once a minute of each exchange and kind, the others never', async () => {
  const lines: Line[] = [];
  const clock = new ManualClock();
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const note = createCallLog(new ThrottledLog({ log, clock }), (exchange) => leftAlone.has(exchange));
  const leftAlone = new Set<string>();
  for (let time = 0; time < 1000; time++) for (const outcome of outcomes) note('kraken', outcome);
  note('binance', 'AUTHENTICATION_REQUIRED');
  // The log of circuits tells those.
  note('binance', 'GEO_BLOCKED');
  note('binance', 'RATE_LIMITED');
  expect(lines.map(({ level, exchange, code }) => [level, exchange, code])).toEqual([
    [40, 'kraken', 'TIMEOUT'],
    [40, 'binance', 'AUTHENTICATION_REQUIRED'],
  ]);
  expect(lines[1]?.msg).toBe(
    'a call to binance failed with AUTHENTICATION_REQUIRED. Give it apiKey and secret in EXCHANGE_CONFIG, or correct them.',
  );
  await clock.advance(60_000);
  leftAlone.add('kraken');
  note('kraken', 'TIMEOUT');
  expect(lines).toHaveLength(2);
  leftAlone.clear();
  note('kraken', 'TIMEOUT');
  expect(lines[2]).toMatchObject({ code: 'TIMEOUT', repeated: 1999 });
});
