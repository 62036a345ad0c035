import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';

it.each([
  ['since: 1.5', '1.5 is not a valid date-time'],
  ['since: true', 'true is not a valid date-time'],
  ['since: "yesterday"', '"yesterday" is not a valid date-time'],
  ['since: "2026-02-30"', '"2026-02-30" is not a valid date-time'],
  ['timeframe: 5', '5 is not a valid timeframe'],
  ['timeframe: HOUR', '"HOUR" is not a valid timeframe'],
  ['since: [1, 2]', 'a list is not a valid date-time'],
  ['since: {a: 1}', 'an object is not a valid date-time'],
  ['timeframe: [["1m"]]', 'a list is not a valid timeframe'],
  [`since: "${'9'.repeat(5000)}"`, `"${'9'.repeat(60)}…" is not a valid date-time`],
  [`timeframe: "${'9'.repeat(5000)}"`, `"${'9'.repeat(60)}…" is not a valid timeframe`],
])('the error for the literal in `%s` names it and its location', (argument, sentence) => {
  const document = parse(`{ candles(exchange: "sim", symbol: "BTC/USDT", ${argument}) { close } }`);
  const [error, ...others] = validate(schema, document);
  expect(others).toEqual([]);
  expect(error?.message).toContain(sentence);
  expect(error?.locations).toEqual([{ line: 1, column: 47 + argument.indexOf(':') + 3 }]);
  expect(error?.extensions.code).toBe('BAD_USER_INPUT');
});
