import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';

it.each([
  ['since: 1.5', '1.5 is no instant'],
  ['since: true', 'true is no instant'],
  ['since: "yesterday"', '"yesterday" is no instant'],
  ['since: "2026-02-30"', '"2026-02-30" is no instant'],
  ['timeframe: 5', '5 is no timeframe'],
  ['timeframe: HOUR', '"HOUR" is no timeframe'],
  ['since: [1, 2]', 'a list is no instant'],
  ['since: {a: 1}', 'an object is no instant'],
  ['timeframe: [["1m"]]', 'a list is no timeframe'],
  [`since: "${'9'.repeat(5000)}"`, `"${'9'.repeat(60)}…" is no instant`],
  [`timeframe: "${'9'.repeat(5000)}"`, `"${'9'.repeat(60)}…" is no timeframe`],
])('the literal in `%s` is named, with its place', (argument, sentence) => {
  const document = parse(`{ candles(exchange: "sim", symbol: "BTC/USDT", ${argument}) { close } }`);
  const [error, ...others] = validate(schema, document);
  expect(others).toEqual([]);
  expect(error?.message).toContain(sentence);
  expect(error?.locations).toEqual([{ line: 1, column: 47 + argument.indexOf(':') + 3 }]);
  expect(error?.extensions.code).toBe('BAD_USER_INPUT');
});
