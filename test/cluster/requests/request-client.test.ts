import { beforeEach, describe, expect, test } from 'vitest';
import { protocolVersion } from '../../../src/cluster/connection/namespace.ts';
import { queryMethods } from '../../../src/cluster/requests/methods/methods.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { type FakeBus, FakeNetwork } from '../../support/cluster/fakes/fake-network.ts';
import { type FakeOwners, FakeOwnership } from '../../support/cluster/fakes/fake-owners.ts';
import { FakeStore } from '../../support/cluster/fakes/fake-store.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { RequestInstance, type RequestInstanceOptions } from '../../support/cluster/request-instance.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

let clock: ManualClock;
let network: FakeNetwork;
let ownership: FakeOwnership;
let store: FakeStore;

interface Member {
  readonly instance: RequestInstance;
  readonly exchanges: FakeMarketData;
  readonly owners: FakeOwners;
  readonly bus: FakeBus;
}

function join(name: string, options: Partial<RequestInstanceOptions> = {}): Member {
  const exchanges = new FakeMarketData(clock);
  exchanges.setOrderBook({ bids: [{ price: 1, amount: 2 }] });
  const [owners, bus] = [ownership.join(name), network.connect()];
  const instance = new RequestInstance({ bus, store, owners, time: timeAheadBy(0), clock, exchanges, ...options });
  return { instance, exchanges, owners, bus };
}

const book = { exchange: 'kraken', symbol: 'BTC/USDT', limit: 5 };
const terms = { timeoutMs: 5000, waitsForOwner: true };

function ask({ instance }: Member, given = terms) {
  return instance.client.request(queryMethods.orderBook, book, undefined, given).catch((error: unknown) => error);
}

/** Sends a reply with this header, and anything as its body, to A. */
function sendReply(from: FakeBus, header: string): Promise<number> {
  const bytes = Buffer.from(`${String.fromCharCode(protocolVersion)}${header}\n\u0000[null,null]\n`);
  return from.publish('channel:replies:A', bytes);
}

beforeEach(() => {
  clock = new ManualClock();
  network = new FakeNetwork();
  ownership = new FakeOwnership(clock);
  store = new FakeStore(clock);
});

test('the owner answers, with one call', async () => {
  const [a, b, c] = [join('A'), join('B'), join('C')];
  ownership.give('kraken', 'B');
  expect(await ask(a)).toMatchObject({
    kind: 'answer',
    answer: { value: { symbol: 'BTC/USDT', bids: [{ price: 1 }] } },
  });
  expect([a, b, c].map(({ exchanges }) => exchanges.orderBookCalls.length)).toEqual([0, 1, 0]);
  expect(a.instance.events.requests).toEqual(['query.orderBook answered 0']);
  expect(b.instance.events.served).toEqual(['query.orderBook answered']);
});

test.each(['self', 'alone'])('an instance that is %s makes the call itself', async (kind) => {
  const a = join('A');
  if (kind === 'self') ownership.give('kraken', 'A');
  else a.owners.setAlone(true);
  expect(await ask(a)).toEqual({ kind: 'self' });
  expect(network.published).toEqual([]);
});

test('the error of the owner arrives without its cause', async () => {
  const [a, b] = [join('A'), join('B')];
  ownership.give('kraken', 'B');
  const cause = new Error('secret');
  b.exchanges.setOrderBook(new MarketDataError('RATE_LIMITED', 'kraken limits us.', { retryAfterMs: 7, cause }));
  const error = await ask(a);
  expect(error).toBeInstanceOf(MarketDataError);
  expect(error).toMatchObject({ code: 'RATE_LIMITED', message: 'kraken limits us.', details: { retryAfterMs: 7 } });
  expect(JSON.stringify(network.published.map(({ message }) => message.toString()))).not.toContain('secret');
  expect(a.instance.events.requests).toEqual(['query.orderBook failed 0']);
});

describe('when the owner changes', () => {
  test('a request that waits is sent to the new owner, and the reply of the former one is not used', async () => {
    const [a, b, c] = [join('A'), join('B'), join('C')];
    ownership.give('kraken', 'B');
    const release = b.exchanges.hold();
    const answer = ask(a);
    await settle();
    c.exchanges.setOrderBook({ bids: [{ price: 9, amount: 9 }] });
    ownership.give('kraken', 'C');
    release();
    expect(await answer).toMatchObject({ answer: { value: { bids: [{ price: 9 }] } } });
    expect(a.instance.events.retries).toEqual(['moved']);
  });

  test('a request waits while there is no owner', async () => {
    const [a] = [join('A'), join('B')];
    const answer = ask(a);
    await clock.advance(3000);
    ownership.give('kraken', 'B');
    expect(await answer).toMatchObject({ kind: 'answer' });
  });

  test('a caller that does not wait gets the error at once', async () => {
    const [a, b] = [join('A'), join('B')];
    const answer = ask(a, { ...terms, waitsForOwner: false });
    await clock.advance(250);
    expect(await answer).toMatchObject({
      code: 'EXCHANGE_UNAVAILABLE',
      retryable: true,
      details: { exchange: 'kraken' },
    });
    ownership.give('kraken', 'B');
    b.bus.isDown = true;
    expect(await ask(a, { ...terms, waitsForOwner: false })).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    expect(a.owners.unreachable).toEqual(['B']);
  });

  test('a request that reaches nobody is sent again, to the new owner', async () => {
    const [a, b] = [join('A'), join('B'), join('C')];
    ownership.give('kraken', 'B');
    b.bus.isDown = true;
    const answer = ask(a);
    await clock.advance(1000);
    expect(a.owners.unreachable).toContain('B');
    ownership.give('kraken', 'C');
    expect(await answer).toMatchObject({ kind: 'answer' });
  });

  test('an instance that does not own the exchange says so, and the request is repeated', async () => {
    const [a, b] = [join('A'), join('B')];
    b.owners.isDeaf = true;
    ownership.give('kraken', 'B');
    const answer = ask(a);
    await clock.advance(30);
    expect(a.instance.events.retries).toContain('not_owner');
    expect(b.exchanges.orderBookCalls).toEqual([]);
    b.owners.isDeaf = false;
    await clock.advance(500);
    expect(await answer).toMatchObject({ kind: 'answer' });
  });

  test('an owner that was paused does not answer once another one owns the exchange', async () => {
    const [a, b, c] = [join('A'), join('B'), join('C')];
    ownership.give('kraken', 'B');
    b.bus.isPaused = true;
    const answer = ask(a);
    await settle();
    b.owners.isDeaf = true;
    ownership.give('kraken', 'C');
    await answer;
    b.owners.isDeaf = false;
    b.bus.resume();
    await settle();
    expect([b, c].map(({ exchanges }) => exchanges.orderBookCalls.length)).toEqual([0, 1]);
    expect(b.instance.events.served).toEqual(['query.orderBook not_owner']);
  });

  test('an owner that loses the exchange during the call does not answer', async () => {
    const [a, b] = [join('A'), join('B')];
    ownership.give('kraken', 'B');
    const release = b.exchanges.hold();
    a.owners.isDeaf = true;
    const answer = ask(a);
    await settle();
    ownership.give('kraken', 'C');
    release();
    await settle();
    expect(b.instance.events.served).toEqual(['query.orderBook not_owner']);
    await clock.advance(5000);
    expect(await answer).toBeInstanceOf(MarketDataError);
  });

  test('this instance makes the call itself once it is the owner, or alone', async () => {
    const [a, b] = [join('A'), join('B')];
    ownership.give('kraken', 'B');
    b.exchanges.hold();
    const first = ask(a);
    await settle();
    ownership.give('kraken', 'A');
    expect(await first).toEqual({ kind: 'self' });
    ownership.give('kraken', 'B');
    const second = ask(a);
    await settle();
    // Nobody announces that this instance is alone.
    a.owners.setAlone(true);
    await clock.advance(500);
    expect(await second).toEqual({ kind: 'self' });
  });
});

describe('when messages get lost', () => {
  test('a request whose reply may be lost is sent again once the connection is back', async () => {
    const [a, b] = [join('A'), join('B')];
    ownership.give('kraken', 'B');
    network.isHeld = true;
    const answer = ask(a);
    await settle();
    network.held = [];
    network.isHeld = false;
    a.bus.reconnect();
    expect(await answer).toMatchObject({ kind: 'answer' });
    expect(a.instance.events.retries).toEqual(['lost']);
    expect(b.exchanges.orderBookCalls).toHaveLength(1);
  });

  test('an error says after the time that nobody has replied, and names no address', async () => {
    const a = join('A');
    join('B');
    ownership.give('kraken', 'B');
    network.isHeld = true;
    const answer = ask(a);
    await clock.advance(5000);
    const error = await answer;
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true, details: { exchange: 'kraken' } });
    expect(error).toHaveProperty(
      'message',
      'The instance of this server that calls kraken did not reply within 5000 ms; try again in a moment.',
    );
    expect(a.instance.events.requests).toEqual(['query.orderBook timeout 5000']);
    expect(a.instance.client.waiting).toBe(0);
  });

  test('a request that comes too late is not answered: nobody waits', async () => {
    const [a, b] = [join('A'), join('B')];
    ownership.give('kraken', 'B');
    network.isHeld = true;
    const answer = ask(a);
    await clock.advance(5000);
    await answer;
    network.release();
    await settle();
    expect(b.exchanges.orderBookCalls).toEqual([]);
  });

  test('a repeated reply changes nothing', async () => {
    const [a] = [join('A'), join('B')];
    ownership.give('kraken', 'B');
    const answer = await ask(a);
    const reply = network.published.at(-1);
    expect(reply?.channel).toBe('channel:replies:A');
    if (reply) await network.connect().publish(reply.channel, reply.message);
    await settle();
    expect(answer).toMatchObject({ kind: 'answer' });
    expect(a.instance.events.requests).toHaveLength(1);
  });

  test('requests wait for the connection that brings the replies', async () => {
    const [a] = [join('A'), join('B')];
    ownership.give('kraken', 'B');
    a.bus.isDown = true;
    const answer = ask(a);
    await clock.advance(1000);
    a.bus.reconnect();
    await clock.advance(500);
    expect(await answer).toMatchObject({ kind: 'answer' });
  });
});

describe('a reply is not used', () => {
  test.each([
    ['from another instance', '[1,"C","kraken",1,"answer",false]'],
    ['about another exchange', '[1,"B","binance",1,"answer",false]'],
    ['that answers nothing', '[7,"B","kraken",1,"answer",false]'],
    ['that has another form', '[1,"B","kraken",1,"surprise",false]'],
    ['that is no JSON', '[1,"B"'],
  ])('%s', async (_, header) => {
    const [a, b] = [join('A'), join('B')];
    ownership.give('kraken', 'B');
    const release = b.exchanges.hold();
    const answer = ask(a);
    await settle();
    await sendReply(b.bus, header);
    await settle();
    release();
    expect(await answer).toMatchObject({ answer: { value: { symbol: 'BTC/USDT' } } });
  });

  test('with an answer that cannot be read: it is an error of this server', async () => {
    const [a, b] = [join('A'), join('B')];
    ownership.give('kraken', 'B');
    b.exchanges.hold();
    const answer = ask(a);
    await settle();
    await sendReply(b.bus, '[1,"B","kraken",1,"answer",false]');
    expect(await answer).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(a.instance.events.errors).toHaveLength(1);
  });

  test('from a former owner, also if this instance has not noticed the new one', async () => {
    const [a, b] = [join('A'), join('B'), join('C')];
    ownership.give('kraken', 'B');
    b.exchanges.hold();
    void ask(a);
    await settle();
    a.owners.isDeaf = true;
    ownership.give('kraken', 'C');
    await sendReply(b.bus, '[1,"B","kraken",1,"answer",false]');
    await settle();
    expect([a.instance.events.retries, a.instance.events.errors]).toEqual([['moved'], []]);
  });

  test('in another version: it is counted', async () => {
    const a = join('A');
    await network.connect().publish('channel:replies:A', Buffer.of(protocolVersion + 1, 1, 2, 3));
    await settle();
    expect(a.instance.events.refused).toEqual(['version']);
  });
});

test('no more requests wait than there is room for', async () => {
  const a = join('A');
  join('B').exchanges.hold();
  ownership.give('kraken', 'B');
  const waiting = Array.from({ length: 5000 }, () => ask(a));
  expect(await ask(a)).toMatchObject({ code: 'OVERLOADED', details: { exchange: 'kraken' } });
  a.instance.close();
  expect(await Promise.all(waiting)).toHaveLength(5000);
});

test('a client that is closed leaves nothing behind', async () => {
  const [a, b] = [join('A'), join('B')];
  ownership.give('kraken', 'B');
  b.exchanges.hold();
  const answer = ask(a);
  await settle();
  a.instance.close();
  expect(await answer).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  expect([clock.pending, a.bus.listening, a.instance.client.waiting]).toEqual([0, 0, 0]);
});

test('a request that is lost with the connection of the owner is sent again, and one that takes long is served once', async () => {
  const [a, b] = [join('A'), join('B')];
  ownership.give('kraken', 'B');
  network.isHeld = true;
  const answer = ask(a);
  await settle();
  network.held = [];
  network.isHeld = false;
  const release = b.exchanges.hold();
  await clock.advance(4500);
  release();
  expect(await answer).toMatchObject({ kind: 'answer' });
  expect(b.exchanges.orderBookCalls).toHaveLength(1);
  expect(b.instance.events.served).toEqual(['query.orderBook answered']);
  expect(clock.pending).toBe(0);
});
