import { afterEach, beforeEach, expect, test } from 'vitest';
import { exchange, LiveInstances } from '../../support/cluster/live/live-instances.ts';

// An owner that was not sure of its lease for a moment has the same one afterwards: for others, nothing has changed.

let cluster: LiveInstances;

beforeEach(() => {
  cluster = new LiveInstances();
});

afterEach(() => {
  cluster.close();
  expect(cluster.clock.pending).toBe(0);
});

function startTwo() {
  const [a, b] = [cluster.start('a'), cluster.start('b')];
  cluster.ownership.give(exchange, 'a');
  return { a, b };
}

/** Long enough for the owner to end its relays. */
async function loseLeaseForAMoment({ owners }: ReturnType<typeof startTwo>['a']): Promise<void> {
  const { ownerOf } = owners;
  owners.ownerOf = () => ({ kind: 'none' });
  await cluster.clock.advance(1500);
  owners.ownerOf = ownerOf;
}

test('values of the owner are received again', async () => {
  const { a, b } = startTwo();
  const stream = b.listen('ticker');
  await cluster.settle();
  for (const price of [1, 2, 3, 4, 5]) {
    a.sendTicker(price);
    await cluster.settle();
  }
  await loseLeaseForAMoment(a);
  // Interest is renewed meanwhile.
  await cluster.clock.advance(5000);
  stream.take();
  a.sendTicker(6);
  await cluster.settle();
  a.sendTicker(7);
  await cluster.settle();
  expect(stream.heard).toEqual(['6', '7']);
});

test('trades of the owner are received again, and what was missed in between is reported', async () => {
  const { a, b } = startTwo();
  const stream = b.listen('trades');
  await cluster.settle();
  for (const id of [1, 2, 3, 4, 5]) {
    a.sendTrades(id);
    await cluster.settle();
  }
  await loseLeaseForAMoment(a);
  await cluster.clock.advance(5000);
  stream.take();
  a.sendTrades(8);
  await cluster.settle();
  a.sendTrades(9);
  await cluster.settle();
  expect(stream.heard).toEqual(['[8] first', '[9]']);
  expect(b.repairs).toEqual(['trades']);
});

test('the last value from before is not confirmed while the owner does not know the present one', async () => {
  const { a, b } = startTwo();
  const { heard } = b.listen('ticker');
  await cluster.settle();
  a.sendTicker(1);
  await cluster.settle();
  await loseLeaseForAMoment(a);
  await cluster.clock.advance(30_000);
  expect(heard).toEqual(['1 first', 'down']);
  a.sendTicker(2);
  await cluster.settle();
  expect(heard.slice(2)).toEqual(['2']);
});
