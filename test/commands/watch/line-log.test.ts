import { expect, test } from 'vitest';
import { createLineLog } from '../../../src/commands/watch/line-log.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

test('a warning goes to standard error, without what a terminal would obey', () => {
  const written: string[] = [];
  const out = { write: async (text: string): Promise<void> => void written.push(`out ${text}`) };
  const err = { write: async (text: string): Promise<void> => void written.push(`err ${text}`) };
  createLineLog({ exchange: 'sim', out, err, clock: new ManualClock() }).warn('\u001b[2Jslow\n');
  expect(written).toEqual(['err tickql: [2Jslow\n']);
});
