import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ThrottledLog } from '../../../src/base/throttled-log.ts';
import { MarketDataError, type MarketDataErrorCode } from '../../../src/market/errors.ts';
import { CircuitLog } from '../../../src/telemetry/log/circuit-log.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

function create() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const clock = new ManualClock();
  return { clock, lines, onCircuit: new CircuitLog(log, new ThrottledLog({ log, clock })).onCircuit };
}

function limited(code: MarketDataErrorCode): MarketDataError {
  return new MarketDataError(code, 'kraken limits this server; the server tries again in 30 s.', {
    retryAfterMs: 30_000,
  });
}

const [warn, info] = [40, 30];

test.each([
  { code: 'RATE_LIMITED', advice: 'POLL_INTERVAL_MS' },
  { code: 'GEO_BLOCKED', advice: 'EXCHANGE_CONFIG' },
  { code: 'EXCHANGE_UNAVAILABLE', advice: 'status page' },
  { code: 'TIMEOUT', advice: 'status page' },
] as const)('$code is logged with the exchange, the duration and advice', ({ code, advice }) => {
  const { lines, onCircuit } = create();
  onCircuit('kraken', 'open', limited(code));
  expect(lines).toMatchObject([{ level: warn, exchange: 'kraken', code, retryAfterMs: 30_000 }]);
  expect(lines[0]?.msg).toContain('kraken limits this server; the server tries again in 30 s. ');
  expect(lines[0]?.msg).toContain(advice);
});

test('a long outage is logged once, then each new reason, and its end', async () => {
  const { clock, lines, onCircuit } = create();
  for (const code of ['TIMEOUT', 'TIMEOUT', 'RATE_LIMITED', 'RATE_LIMITED'] as const) {
    onCircuit('kraken', 'open', limited(code));
    onCircuit('kraken', 'half-open', limited(code));
    await clock.advance(60_000);
  }
  onCircuit('kraken', 'closed', null);
  onCircuit('kraken', 'open', limited('RATE_LIMITED'));
  expect(lines.map(({ level, code }) => [level, code])).toEqual([
    [warn, 'TIMEOUT'],
    [warn, 'RATE_LIMITED'],
    [info, undefined],
    [warn, 'RATE_LIMITED'],
  ]);
});

test('a circuit that opens and closes repeatedly is logged once a minute, and so is a new reason', async () => {
  const { clock, lines, onCircuit } = create();
  for (let second = 0; second < 60; second++) {
    onCircuit('kraken', 'open', limited('TIMEOUT'));
    onCircuit('kraken', 'closed', null);
    await clock.advance(900);
  }
  onCircuit('kraken', 'open', limited('GEO_BLOCKED'));
  expect(lines.map(({ level }) => level)).toEqual([warn, info]);
  await clock.advance(6000);
  onCircuit('kraken', 'open', limited('GEO_BLOCKED'));
  expect(lines[2]).toMatchObject({ level: warn, code: 'GEO_BLOCKED', repeated: 60 });
});

test('each host of an exchange is logged separately, with the markets that it serves', () => {
  const { lines, onCircuit } = create();
  onCircuit(
    'binance',
    'open',
    limited('GEO_BLOCKED'),
    { host: 'fapi.binance.com', kind: null },
    ' for its linear markets',
  );
  onCircuit(
    'binance',
    'open',
    limited('GEO_BLOCKED'),
    { host: 'dapi.binance.com', kind: null },
    ' for its inverse markets',
  );
  onCircuit('binance', 'closed', null, { host: 'fapi.binance.com', kind: null }, ' for its linear markets');
  expect(lines.map(({ level, host }) => [level, host])).toEqual([
    [warn, 'fapi.binance.com'],
    [warn, 'dapi.binance.com'],
    [info, 'fapi.binance.com'],
  ]);
  expect(lines[2]?.msg).toBe('binance answers again for its linear markets; calls are sent as usual.');
});
