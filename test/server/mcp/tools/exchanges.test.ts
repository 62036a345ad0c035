import { expect, test } from 'vitest';
import { createMcpCalls } from '../../../support/mcp-calls.ts';

test('an id that comes twice is listed once, so that pages end', async () => {
  const { call } = createMcpCalls({ ids: ['a', 'b', 'c'] });
  const ids = ['a', 'b', 'a', 'c', 'b'];
  const first = await call('list_exchanges', { ids, limit: 2 });
  expect(first.data.exchanges).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  const second = await call('list_exchanges', { ids, limit: 2, ...first.data.cut.next });
  expect(second.data.exchanges).toMatchObject([{ id: 'c' }]);
  expect(second.data.cut).toBeUndefined();
});

test('what an exchange can do is listed only for ids that were asked for', async () => {
  const { call } = createMcpCalls();
  expect((await call('list_exchanges', {})).data.exchanges[0]).not.toHaveProperty('has');
  expect((await call('list_exchanges', { ids: ['kraken'] })).data.exchanges[0]).toHaveProperty('has');
});

test('a list that ends with its last row is not cut', async () => {
  const { call } = createMcpCalls({ ids: ['a', 'b', 'c'] });
  expect((await call('list_exchanges', { limit: 3 })).data.cut).toBeUndefined();
  expect((await call('list_exchanges', { limit: 2, after: 'a' })).data.cut).toBeUndefined();
});

test('the first line counts in plain English', async () => {
  const { call } = createMcpCalls({ ids: ['a', 'b'] });
  expect((await call('list_exchanges', {})).text).toMatch(/^Found 2 exchanges\./);
  expect((await call('list_exchanges', { ids: ['a'] })).text).toMatch(/^Found 1 exchange\./);
});
