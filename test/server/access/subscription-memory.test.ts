import { parse } from 'graphql';
import { expect, test } from 'vitest';
import type { MarketDataError } from '../../../src/market/errors.ts';
import { type Hold, type NewSubscription, SubscriptionMemory } from '../../../src/server/access/subscription-memory.ts';

const megabyte = 1024 * 1024;

function createMemory(given: Partial<ConstructorParameters<typeof SubscriptionMemory>[0]> = {}): SubscriptionMemory {
  return new SubscriptionMemory({
    maxBytes: 3 * megabyte,
    maxBytesPerAddress: megabyte,
    limitsLoopback: true,
    ...given,
  });
}

const fields = 'last bid ask '.repeat(200);
const large = (name: string) => {
  const document = parse(
    `subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { ${name}: last ${fields} } }`,
  );
  return { document, variables: null, cost: 600 };
};
const live = (symbol: string, cost = 2) => ({
  document: parse('subscription ($symbol: String!) { tickerUpdated(exchange: "sim", symbol: $symbol) { last } }'),
  variables: { symbol },
  cost,
});

function refusal(memory: SubscriptionMemory, address: string, given: NewSubscription): MarketDataError | null {
  const held = memory.hold(address, given);
  return 'excess' in held ? held.toError() : null;
}

/** What is held of one that has room. */
function hold(memory: SubscriptionMemory, address: string, given: NewSubscription): Hold {
  const held = memory.hold(address, given);
  if ('excess' in held) throw held.toError();
  return held;
}

test('an address may keep so much, and again when it has ended some', () => {
  const memory = createMemory();
  const holds = ['a', 'b', 'c'].flatMap((name) => {
    return refusal(memory, '192.0.2.1', large(`probe${name}`)) ? [] : [name];
  });
  expect(holds).toEqual(['a', 'b', 'c']);
  const error = refusal(memory, '192.0.2.1', large('d'));
  expect([error?.code, error?.retryable]).toEqual(['TOO_MANY_SUBSCRIPTIONS', true]);
  expect(error?.message).toContain('more than 1 MB');
  expect(refusal(memory, '192.0.2.2', large('d'))).toBeNull();
});

test('all addresses together may keep so much, which may be over with the next moment', () => {
  const memory = createMemory();
  const refusals = Array.from({ length: 40 }, (_, index) => refusal(memory, `192.0.2.${index}`, large(`a${index}`)));
  const first = refusals.find((error) => error !== null);
  expect([first?.code, first?.retryable]).toEqual(['TOO_MANY_SUBSCRIPTIONS', true]);
  expect(first?.message).toContain('more than 3 MB');
  expect(memory.bytes).toBeLessThanOrEqual(3 * megabyte);
  expect(memory.bytes).toBeGreaterThan(2.5 * megabyte);
});

test('this machine has no limit of its own unless one is set', () => {
  const memory = createMemory({ limitsLoopback: false });
  for (const name of ['a', 'b', 'c', 'd', 'e']) expect(refusal(memory, '127.0.0.1', large(name))).toBeNull();
});

test('what subscriptions have in common counts once for an address, and once in total', () => {
  const memory = createMemory();
  const first = hold(memory, '192.0.2.1', large('a'));
  const { bytes } = memory;
  const others = Array.from({ length: 500 }, () => hold(memory, '192.0.2.1', large('a')));
  const elsewhere = hold(memory, '192.0.2.2', large('a'));
  expect(memory.bytes).toBe(bytes);
  expect(new Set([...others, elsewhere].map(({ document }) => document))).toEqual(new Set([first.document]));
});

test('the document is common to subscriptions with other variables', () => {
  const memory = createMemory();
  memory.hold('192.0.2.1', live('BTC/USDT'));
  const { bytes } = memory;
  memory.hold('192.0.2.1', live('ETH/USDT'));
  expect(memory.bytes - bytes).toBeLessThan(500);
  expect(memory.bytes - bytes).toBeGreaterThan(0);
});

test('long variables and large answers count', () => {
  const memory = createMemory();
  expect(refusal(memory, '192.0.2.1', live('x'.repeat(300_000)))?.code).toBe('TOO_MANY_SUBSCRIPTIONS');
  expect(refusal(memory, '192.0.2.1', live('BTC/USDT', 50_000))?.code).toBe('TOO_MANY_SUBSCRIPTIONS');
});

test.each([
  ['an address', { maxBytesPerAddress: 100_000 }, 'more than 0.1 MB'],
  ['all', { maxBytes: 100_000 }, 'more than 0.1 MB'],
])('one that is too large alone for what %s may keep is not worth another try', (_whose, limits, most) => {
  const memory = createMemory(limits);
  const held = memory.hold('192.0.2.1', large('a'));
  expect(held).toMatchObject({ excess: null });
  const error = refusal(memory, '192.0.2.1', large('a'));
  expect([error?.code, error?.retryable]).toEqual(['TOO_MANY_SUBSCRIPTIONS', false]);
  expect(error?.message).toContain(`This subscription alone would keep ${most}`);
});

test('nothing is left when all have ended, in whatever order', () => {
  const memory = createMemory();
  const holds = [
    hold(memory, '192.0.2.1', large('a')),
    hold(memory, '192.0.2.1', large('a')),
    hold(memory, '192.0.2.2', large('a')),
    hold(memory, '192.0.2.2', live('BTC/USDT')),
    hold(memory, '192.0.2.2', live('ETH/USDT')),
  ];
  const text = holds[0]?.document.loc?.source.body ?? '';
  for (const index of [0, 4, 2, 3]) {
    const hold = holds[index];
    if (hold) memory.release(hold);
  }
  expect(memory.findDocument(text)).toBe(holds[0]?.document);
  expect(memory.bytes).toBeGreaterThan(0);
  const [, last] = holds;
  if (last) memory.release(last);
  expect(memory.bytes).toBe(0);
  expect(memory.findDocument(text)).toBeUndefined();
  for (const name of ['a', 'b', 'c']) expect(refusal(memory, '192.0.2.1', large(name))).toBeNull();
});

test('what is refused takes nothing', () => {
  const memory = createMemory({ maxBytesPerAddress: 1000 });
  for (let time = 0; time < 3; time++) refusal(memory, '192.0.2.1', large('a'));
  expect(memory.bytes).toBe(0);
});
