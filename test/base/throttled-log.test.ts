import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { ThrottledLog } from '../../src/base/throttled-log.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

let lines: Readonly<Record<string, unknown>>[];
let clock: ManualClock;
let throttled: ThrottledLog;

beforeEach(() => {
  lines = [];
  clock = new ManualClock();
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  throttled = new ThrottledLog({ log, clock });
});

const warn = (key = 'a') => throttled.write('warn', key, { exchange: 'sim' }, `about ${key}`);

test('the same line is written once a minute, and the next one says how many were suppressed', async () => {
  for (let time = 0; time < 1000; time++) warn();
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toHaveProperty('repeated');
  await clock.advance(59_999);
  warn();
  expect(lines).toHaveLength(1);
  await clock.advance(1);
  warn();
  expect(lines[1]).toMatchObject({ level: 40, exchange: 'sim', msg: 'about a', repeated: 1000 });
  await clock.advance(60_000);
  warn();
  expect(lines[2]).not.toHaveProperty('repeated');
});

test('lines with another key or another level are throttled separately', () => {
  warn('a');
  warn('b');
  throttled.write('error', 'a', {}, 'about a');
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'about a'],
    [40, 'about b'],
    [50, 'about a'],
  ]);
});

test('when there are too many keys, the oldest is forgotten and its line is written again', () => {
  warn('first');
  for (let key = 0; key < 1000; key++) warn(String(key));
  warn('first');
  expect(lines).toHaveLength(1002);
});

test('a clock that is set back suppresses nothing', () => {
  let now = 1_000_000;
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const other = new ThrottledLog({ log, clock: { now: () => now, after: () => () => {} } });
  other.write('warn', 'a', {}, 'about a');
  now = 0;
  other.write('warn', 'a', {}, 'about a');
  expect(lines).toHaveLength(2);
});
