import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createCallLog } from '../src/call-log.ts';
import { createSparingLog } from '../src/server/sparing-log.ts';
import { ManualClock } from './support/manual-clock.ts';

test('failures that somebody can mend are told once a minute of each exchange and kind, the others never', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: the fields of a line are up to what it tells
  const lines: any[] = [];
  const clock = new ManualClock();
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const note = createCallLog(createSparingLog({ log, clock }));
  for (let time = 0; time < 1000; time++) {
    for (const outcome of ['ok', 'SYMBOL_NOT_FOUND', 'BAD_USER_INPUT', 'CIRCUIT_OPEN', 'TIMEOUT'])
      note('kraken', outcome);
  }
  note('binance', 'GEO_BLOCKED');
  expect(lines.map(({ level, exchange, code }) => [level, exchange, code])).toEqual([
    [40, 'kraken', 'TIMEOUT'],
    [40, 'binance', 'GEO_BLOCKED'],
  ]);
  expect(lines[1].msg).toBe(
    'a call to binance failed with GEO_BLOCKED. Give it a proxy or another hostname in EXCHANGE_CONFIG, or leave it out of EXCHANGES.',
  );
  await clock.advance(60_000);
  note('kraken', 'TIMEOUT');
  expect(lines[2]).toMatchObject({ code: 'TIMEOUT', repeated: 999 });
});
