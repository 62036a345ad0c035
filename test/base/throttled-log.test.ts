import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { createErrorReport, createThrottledLog, type ThrottledLog } from '../../src/base/throttled-log.ts';
import { ManualClock } from '../support/manual-clock.ts';

// biome-ignore lint/suspicious/noExplicitAny: the fields of a line are up to what it tells
let lines: any[];
let clock: ManualClock;
let throttled: ThrottledLog;

beforeEach(() => {
  lines = [];
  clock = new ManualClock();
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  throttled = createThrottledLog({ log, clock });
});

const warn = (key = 'a') => throttled.write('warn', key, { exchange: 'sim' }, `about ${key}`);

test('the same line is written once a minute, and then says how often it was left out', async () => {
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

test('other keys and other levels are other lines', () => {
  warn('a');
  warn('b');
  throttled.write('error', 'a', {}, 'about a');
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'about a'],
    [40, 'about b'],
    [50, 'about a'],
  ]);
});

test('of keys that are too many the oldest is forgotten, and told again', () => {
  warn('first');
  for (let key = 0; key < 1000; key++) warn(String(key));
  warn('first');
  expect(lines).toHaveLength(1002);
});

test('a clock that was set back keeps nothing quiet', () => {
  let now = 1_000_000;
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const other = createThrottledLog({ log, clock: { now: () => now, after: () => () => {} } });
  other.write('warn', 'a', {}, 'about a');
  now = 0;
  other.write('warn', 'a', {}, 'about a');
  expect(lines).toHaveLength(2);
});

test('the same masked error from the same place is told once, another place or message again', () => {
  let count = 0;
  const report = createErrorReport(throttled, () => {
    count += 1;
  });
  const fail = (message: string) => new Error(message);
  for (let time = 0; time < 50; time++) report(fail('one'));
  report(fail('two'));
  report(new TypeError('one'));
  report('no error at all');
  report('no error at all');
  expect(count).toBe(54);
  expect(lines).toHaveLength(4);
  expect(lines[0].err).toMatchObject({
    type: 'Error',
    message: 'one',
    stack: expect.stringContaining('throttled-log'),
  });
});
