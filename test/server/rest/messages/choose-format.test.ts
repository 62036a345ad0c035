import { expect, test } from 'vitest';
import { chooseFormat } from '../../../../src/server/rest/messages/choose-format.ts';

test.each([
  ['csv', undefined, 'csv'],
  ['CSV', 'application/json', 'csv'],
  ['json', 'text/csv', 'json'],
  [null, undefined, 'json'],
  [null, '', 'json'],
  [null, 'text/html,application/xhtml+xml,*/*;q=0.8', 'json'],
  [null, 'TEXT/CSV;header=absent', 'csv'],
  [null, 'text/csv;q=0.5, application/json;q=0.4', 'csv'],
  [null, 'text/csv;q=0, */*', 'json'],
  [null, 'text/*', 'csv'],
] as const)('format=%s and accept: %s give %s', (given, accept, format) => {
  expect(chooseFormat(['json', 'csv'], given, accept)).toBe(format);
});

test.each(['text/csv;q=0', '*/*;q=0', 'application/json;q=0', 'application/problem+json'])(
  '%s is refused',
  (accept) => {
    expect(() => chooseFormat(['json', 'csv'], null, accept)).toThrow(
      'This resource is available as application/json and text/csv: change Accept.',
    );
  },
);
