import { expect, test } from 'vitest';
import { recordedAnswers } from '../../../../src/server/openapi/examples/recorded-answers.ts';
import { toReadableJson } from '../../../../src/server/openapi/page/readable-json.ts';

test('what fits is one line, and what does not has a line for each member', () => {
  const bids = [{ price: 1.5, amount: 2 }];
  expect(toReadableJson({ bids, none: [], empty: {}, null: null })).toBe(
    '{ "bids": [{ "price": 1.5, "amount": 2 }], "none": [], "empty": {}, "null": null }',
  );
  const long = 'x'.repeat(90);
  expect(toReadableJson({ long, bids, rows: [[1, 2]] })).toBe(
    `{\n  "long": "${long}",\n  "bids": [{ "price": 1.5, "amount": 2 }],\n  "rows": [[1, 2]]\n}`,
  );
  expect(toReadableJson([long, [long]])).toBe(`[\n  "${long}",\n  ["${long}"]\n]`);
});

test('every example is the same value as before', () => {
  const texts = Object.values(recordedAnswers).flatMap(({ 'application/json': json }) => json ?? []);
  expect(texts.length).toBeGreaterThan(15);
  for (const text of texts) {
    const readable = toReadableJson(JSON.parse(text));
    expect(JSON.stringify(JSON.parse(readable))).toBe(JSON.stringify(JSON.parse(text)));
    expect(Math.max(...readable.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
  }
});
