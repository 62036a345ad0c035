import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { DocumentStore } from '../../../src/graphql/documents/document-store.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import {
  type MemoryReservation,
  type NewSubscription,
  SubscriptionMemory,
} from '../../../src/server/access/subscription-memory.ts';

const megabyte = 1024 * 1024;

function createDocuments(): DocumentStore {
  return new DocumentStore({ parse, validate: () => [] });
}

function createMemory(given: Partial<ConstructorParameters<typeof SubscriptionMemory>[0]> = {}): SubscriptionMemory {
  return new SubscriptionMemory({
    maxBytes: 3 * megabyte,
    maxBytesPerAddress: megabyte,
    limitsLoopback: true,
    documents: createDocuments(),
    ...given,
  });
}

const fields = 'last bid ask '.repeat(200);
const large = (name: string) => {
  const document = parse(
    `subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { ${name}: last ${fields} } }`,
  );
  return { document, variables: null, cost: 600, listed: null };
};
const live = (symbol: string, cost = 2) => ({
  document: parse('subscription ($symbol: String!) { tickerUpdated(exchange: "sim", symbol: $symbol) { last } }'),
  variables: { symbol },
  cost,
  listed: null,
});

function refusal(memory: SubscriptionMemory, address: string, given: NewSubscription): MarketDataError | null {
  const reserved = memory.reserve(address, given);
  return 'scope' in reserved ? reserved.toError() : null;
}

/** The reservation of a subscription for which there is room. */
function reserve(memory: SubscriptionMemory, address: string, given: NewSubscription): MemoryReservation {
  const reserved = memory.reserve(address, given);
  if ('scope' in reserved) throw reserved.toError();
  return reserved;
}

test('the memory of an address is limited, and is free again when subscriptions end', () => {
  const memory = createMemory();
  const admitted = ['a', 'b', 'c'].flatMap((name) => {
    return refusal(memory, '192.0.2.1', large(`probe${name}`)) ? [] : [name];
  });
  expect(admitted).toEqual(['a', 'b', 'c']);
  const error = refusal(memory, '192.0.2.1', large('d'));
  expect([error?.code, error?.retryable]).toEqual(['TOO_MANY_SUBSCRIPTIONS', true]);
  expect(error?.message).toContain('more than the maximum of 1 MB');
  expect(refusal(memory, '192.0.2.2', large('d'))).toBeNull();
});

test('the memory of all addresses together is limited, and the refusal is retryable', () => {
  const memory = createMemory();
  const refusals = Array.from({ length: 40 }, (_, index) => refusal(memory, `192.0.2.${index}`, large(`a${index}`)));
  const first = refusals.find((error) => error !== null);
  expect([first?.code, first?.retryable]).toEqual(['TOO_MANY_SUBSCRIPTIONS', true]);
  expect(first?.message).toContain('more than the maximum of 3 MB');
  expect(memory.bytes).toBeLessThanOrEqual(3 * megabyte);
  expect(memory.bytes).toBeGreaterThan(2.5 * megabyte);
});

test('the limit per address applies to this machine only if it is set', () => {
  const memory = createMemory({ limitsLoopback: false });
  for (const name of ['a', 'b', 'c', 'd', 'e']) expect(refusal(memory, '127.0.0.1', large(name))).toBeNull();
});

test('shared data counts once for each address and once in total', () => {
  const memory = createMemory();
  const first = reserve(memory, '192.0.2.1', large('a'));
  const { bytes } = memory;
  const others = Array.from({ length: 500 }, () => reserve(memory, '192.0.2.1', large('a')));
  const elsewhere = reserve(memory, '192.0.2.2', large('a'));
  expect(memory.bytes).toBe(bytes);
  expect(new Set([...others, elsewhere].map(({ document }) => document))).toEqual(new Set([first.document]));
});

test('subscriptions with different variables share the document', () => {
  const memory = createMemory();
  memory.reserve('192.0.2.1', live('BTC/USDT'));
  const { bytes } = memory;
  memory.reserve('192.0.2.1', live('ETH/USDT'));
  expect(memory.bytes - bytes).toBeLessThan(500);
  expect(memory.bytes - bytes).toBeGreaterThan(0);
});

test('watch lists with the same selection count the payloads of their markets once', () => {
  const memory = createMemory();
  const document = parse('subscription ($of: [String!]!) { tickersUpdated(exchange: "sim", symbols: $of) { last } }');
  const list = (first: number, payload: string): NewSubscription => {
    const symbols = Array.from({ length: 50 }, (_, index) => `C${first + index}/USDT`);
    return { document, variables: { of: symbols }, cost: 800, listed: { payload, markets: 50 } };
  };
  const first = reserve(memory, '192.0.2.1', list(1, 'a'));
  const { bytes: ofFirst } = memory;
  const second = reserve(memory, '192.0.2.2', list(2, 'a'));
  const ofSecond = memory.bytes - ofFirst;
  expect(ofFirst).toBeGreaterThan(30_000);
  expect(ofSecond).toBeGreaterThan(50 * 100);
  expect(ofSecond).toBeLessThan(50 * 300);
  const other = reserve(memory, '192.0.2.3', list(3, 'b'));
  expect(memory.bytes - ofFirst - ofSecond).toBeGreaterThan(24_000);
  for (const reservation of [first, second, other]) memory.release(reservation);
  expect(memory.bytes).toBe(0);
});

test('long variables and large answers count', () => {
  const memory = createMemory();
  expect(refusal(memory, '192.0.2.1', live('x'.repeat(300_000)))?.code).toBe('TOO_MANY_SUBSCRIPTIONS');
  expect(refusal(memory, '192.0.2.1', live('BTC/USDT', 50_000))?.code).toBe('TOO_MANY_SUBSCRIPTIONS');
});

test.each([
  ['an address', { maxBytesPerAddress: 100_000 }, 'more than the maximum of 0.1 MB'],
  ['all', { maxBytes: 100_000 }, 'more than the maximum of 0.1 MB'],
])(
  'a subscription that is too large by itself for the limit of %s is refused as not retryable',
  (_whose, limits, most) => {
    const memory = createMemory(limits);
    const reserved = memory.reserve('192.0.2.1', large('a'));
    expect(reserved).toMatchObject({ scope: null });
    const error = refusal(memory, '192.0.2.1', large('a'));
    expect([error?.code, error?.retryable]).toEqual(['TOO_MANY_SUBSCRIPTIONS', false]);
    expect(error?.message).toContain(`This subscription alone would keep ${most}`);
  },
);

test('nothing is left when all have ended, in any order', () => {
  const documents = createDocuments();
  const memory = createMemory({ documents });
  const reservations = [
    reserve(memory, '192.0.2.1', large('a')),
    reserve(memory, '192.0.2.1', large('a')),
    reserve(memory, '192.0.2.2', large('a')),
    reserve(memory, '192.0.2.2', live('BTC/USDT')),
    reserve(memory, '192.0.2.2', live('ETH/USDT')),
  ];
  const text = reservations[0]?.document.loc?.source.body ?? '';
  for (const index of [0, 4, 2, 3]) {
    const reservation = reservations[index];
    if (reservation) memory.release(reservation);
  }
  expect(documents.findOpen(text)).toBe(reservations[0]?.document);
  expect(memory.bytes).toBeGreaterThan(0);
  const [, last] = reservations;
  if (last) memory.release(last);
  expect(memory.bytes).toBe(0);
  expect(documents.findOpen(text)).toBeUndefined();
  for (const name of ['a', 'b', 'c']) expect(refusal(memory, '192.0.2.1', large(name))).toBeNull();
});

test('a refused subscription takes no memory', () => {
  const memory = createMemory({ maxBytesPerAddress: 1000 });
  for (let time = 0; time < 3; time++) refusal(memory, '192.0.2.1', large('a'));
  expect(memory.bytes).toBe(0);
});
