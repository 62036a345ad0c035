import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { type ScreenView, screener } from '../../../web/src/address/address.ts';
import { toOperation } from '../../../web/src/app/view-operation.ts';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

const full: ScreenView = {
  ...screener,
  exchange: 'kraken',
  type: 'SPOT',
  quote: 'US"D',
  minVolume: 1e21,
  rankBy: 'SPREAD',
  ascending: true,
  first: 25,
};

test.each([screener, full, { ...full, rankBy: '} evil', type: 'evil {', quote: '' }])('%j is valid', (view) => {
  expect(validate(schema, parse(toOperation(view)))).toEqual([]);
});

test('a screen has the filters of its view', () => {
  expect(toOperation(full)).toContain(
    'screenUpdated(exchange: "kraken", type: SPOT, quote: "US\\"D", minQuoteVolume: 1e+21, rankBy: SPREAD, order: ASC, first: 25)',
  );
});
