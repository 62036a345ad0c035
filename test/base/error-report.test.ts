import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createErrorReport } from '../../src/base/error-report.ts';
import { ThrottledLog } from '../../src/base/throttled-log.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

test('the same masked error from the same place is logged once; another place or message is logged again', () => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const throttled = new ThrottledLog({ log, clock: new ManualClock() });
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
  expect(lines[0]?.err).toMatchObject({
    type: 'Error',
    message: 'one',
    stack: expect.stringContaining('error-report'),
  });
});
