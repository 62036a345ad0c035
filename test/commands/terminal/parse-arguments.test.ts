import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/commands/terminal/parse-arguments.ts';

const options = { variables: { type: 'string' }, all: { type: 'boolean' } } as const;

const parse = (...args: string[]) => parseArguments({ args, options, allowPositionals: true });

test('a lone hyphen is an argument', () => {
  expect(parse('-', '--variables', '{}')).toMatchObject({ positionals: ['-'], values: { variables: '{}' } });
});

test.each([
  [['--variable', '{}'], 'There is no option --variable. Did you mean --variables?'],
  [['--hlp'], 'There is no option --hlp. Did you mean --help?'],
  [['-x'], 'There is no option -x.'],
  [['--variables'], '--variables needs a value.'],
  [['--all=1'], '--all takes no value.'],
])('%j is wrong usage, with a sentence', (args, message) => {
  expect(() => parse(...args)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
});
