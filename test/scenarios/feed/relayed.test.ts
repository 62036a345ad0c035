import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { createRelayedKinds, type Followed, type RelayedKind } from '../../support/feed/relayed-kinds.ts';
import { type OtherInstance, TwoInstances } from '../../support/feed/two-instances.ts';

const minute = 60_000;
const down = new MarketDataError('TIMEOUT', 'down');

let instances: TwoInstances;

beforeEach(() => {
  instances = new TwoInstances();
});

afterEach(() => instances.leaveNothing());

const names = ['ticker', 'orderBook', 'fundingRate', 'openInterest', 'allTickers', 'trades', 'candles'] as const;
const cases = names.flatMap((name) => [
  { name, how: 'polled' },
  ...(name === 'openInterest' || name === 'allTickers' ? [] : [{ name, how: 'streamed' }]),
]);

describe.each(cases)('$name of an exchange, $how, on an instance that is not its owner', ({ name, how }) => {
  let kind: RelayedKind;
  let other: OtherInstance;
  let next = 1;

  beforeEach(() => {
    const found = createRelayedKinds(instances).find((each) => each.kind === name);
    if (!found) throw new Error(`no kind ${name}`);
    kind = found;
    if (how === 'streamed') instances.owner.streams.offer(name);
    next = 1;
    other = instances.add();
    change(true);
  });

  function change(isFirst = false): void {
    const push = kind.change(next++);
    if (how === 'streamed') push(isFirst);
  }

  /** The value changes some times, and each change is sent. */
  async function changeOften(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      await instances.owner.clock.advance(kind.paceMs + 100);
      change();
    }
    await instances.owner.clock.advance(how === 'polled' ? kind.paceMs + 3000 : 3000);
  }

  async function followBoth(): Promise<{ readonly onOwner: Followed; readonly onOther: Followed }> {
    const onOwner = kind.follow(instances.owner.feeds);
    await instances.owner.clock.advance(500);
    if (how === 'streamed') kind.change(next++)(true);
    await instances.owner.clock.advance(kind.paceMs + 500);
    const onOther = kind.follow(other.feeds);
    await instances.owner.clock.advance(kind.paceMs + 500);
    return { onOwner, onOther };
  }

  /** What comes after the first event, which differs: the other instance has subscribed later. */
  function expectSameEnd({ onOwner, onOther }: { readonly onOwner: Followed; readonly onOther: Followed }): void {
    const [first] = onOther.texts;
    const from = name === 'trades' ? onOwner.texts.indexOf(first ?? '') : onOwner.texts.lastIndexOf(first ?? '');
    expect(first).toBeDefined();
    expect(onOther.texts).toEqual(onOwner.texts.slice(from));
    expect(onOther.ended).toBe(false);
  }

  test('is what it is on the owner, and the exchange sees no more calls', async () => {
    const both = await followBoth();
    const before = instances.calls;
    await changeOften(5);
    const calls = instances.calls - before;
    expectSameEnd(both);
    expect(both.onOther.texts.length).toBeGreaterThanOrEqual(5);
    const alone = new TwoInstances();
    const same = createRelayedKinds(alone).find((each) => each.kind === name);
    if (how === 'streamed') alone.owner.streams.offer(name);
    let number = 1;
    const changeAlone = (isFirst = false): void => {
      const push = same?.change(number++);
      if (how === 'streamed') push?.(isFirst);
    };
    changeAlone();
    same?.follow(alone.owner.feeds);
    await alone.owner.clock.advance(500);
    if (how === 'streamed') changeAlone(true);
    await alone.owner.clock.advance(2 * (kind.paceMs + 500));
    const beforeAlone = alone.calls;
    for (let time = 0; time < 5; time++) {
      await alone.owner.clock.advance(kind.paceMs + 100);
      changeAlone();
    }
    await alone.owner.clock.advance(how === 'polled' ? kind.paceMs + 3000 : 3000);
    expect(calls).toBeLessThanOrEqual(alone.calls - beforeAlone);
    await alone.leaveNothing();
  });

  test('costs nothing while the market is idle', async () => {
    const { onOwner, onOther } = await followBoth();
    await instances.owner.clock.advance(3 * minute);
    const texts = [...onOther.texts];
    const withBoth = await instances.callsWithin(10 * minute);
    expect(onOther.texts).toEqual(texts);
    expect(onOther.ended).toBe(false);
    const polls = instances.owner.feeds.counts.polls;
    expect(other.feeds.counts.polls).toBeLessThanOrEqual(polls);
    const alone = (10 * minute) / kind.paceMs;
    expect(withBoth).toBeLessThanOrEqual(how === 'polled' ? alone : alone / 3);
    expect(onOwner.ended).toBe(false);
  });

  test('is marked stale while the exchange fails, and follows when it is back', async () => {
    const both = await followBoth();
    await changeOften(2);
    const { owner } = instances;
    owner.port.fail(down);
    owner.port.derivatives.fail(down);
    if (how === 'streamed') owner.streams.interrupt(name, 'BTC/USDT');
    await owner.clock.advance(2 * kind.paceMs);
    const stale = both.onOther.texts.filter((text) => text.endsWith('stale'));
    const onOwner = both.onOwner.texts.filter((text) => text.endsWith('stale'));
    expect(stale).toEqual(onOwner);
    if (name !== 'candles' && kind.hasStale) expect(stale).toHaveLength(1);
    const failed = await instances.callsWithin(20 * kind.paceMs);
    // Polls that fail are at most half a minute apart.
    expect(failed).toBeLessThanOrEqual(20 * Math.max(1, kind.paceMs / 30_000));
    owner.port.fail(null);
    owner.port.derivatives.fail(null);
    change(true);
    await owner.clock.advance(31_000 + kind.paceMs);
    await changeOften(2);
    expectSameEnd(both);
    expect(both.onOther.texts.at(-1)).not.toMatch('stale');
  });

  test('begins on several instances at once with few calls', async () => {
    const others = [other, instances.add(), instances.add(), instances.add()];
    const followed = others.map(({ feeds }) => kind.follow(feeds));
    await instances.owner.clock.advance(900);
    if (how === 'streamed') change(true);
    // Other first values come from a cache, which this exchange lacks. The market has fewer candles than are asked for.
    if (name === 'trades') expect(instances.calls).toBe(1);
    if (name === 'candles') expect(instances.calls).toBeLessThanOrEqual(3);
    await changeOften(3);
    for (const each of followed) {
      expect(each.texts.length).toBeGreaterThanOrEqual(3);
      expect(each.texts.at(-1)).toEqual(followed[0]?.texts.at(-1));
    }
    if (name === 'trades') for (const each of followed) expect(each.texts).toEqual(followed[0]?.texts);
  });

  test('loses and repeats nothing when messages between the instances are lost', async () => {
    const both = await followBoth();
    await changeOften(2);
    const before = instances.calls;
    other.streams.switchTo(instances.relay.streams);
    await changeOften(2);
    other.streams.switchTo(instances.relay.streams);
    await instances.owner.clock.advance(2 * kind.paceMs);
    await changeOften(2);
    expectSameEnd(both);
    if (how === 'streamed') expect(instances.calls - before).toBeLessThanOrEqual(2);
  });
});
