import { expect, test } from 'vitest';
import { ClusterMembers } from '../../../src/cluster/members/cluster-members.ts';
import type { LeaseStore, RunningLease } from '../../../src/cluster/members/lease-store.ts';
import { chooseInstance } from '../../../src/cluster/members/rendezvous.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const leaseMs = 1200;
/** One that would not move by itself. */
const exchange =
  ['kraken', 'binance', 'okx', 'bybit', 'gate', 'sim'].find((id) => chooseInstance(id, ['a', 'b']) === 'a') ?? '';

/** Instance `a`, which owns an exchange, and another one that was silent for this long at each beat. */
async function start(silences: readonly number[]) {
  const clock = new ManualClock();
  const transfers: string[] = [];
  let owner = 'a';
  const left = [...silences];
  const lease = (): RunningLease => ({
    exchange,
    instance: owner,
    fence: owner === 'a' ? 1 : 2,
    remainingMs: leaseMs,
    isHandover: owner !== 'a',
  });
  const live = { ageMs: 60_000, exchanges: null };
  const store: LeaseStore = {
    beat: async ({ isLeaving }) => ({
      now: clock.now(),
      instances: [
        { ...live, name: 'a', silenceMs: 0, isLeaving },
        { ...live, name: 'b', silenceMs: (isLeaving ? left.shift() : null) ?? 0, isLeaving: false },
      ],
      leases: [lease()],
      versions: [],
    }),
    claim: async () => lease(),
    transfer: async (_lease, to) => {
      transfers.push(to);
      if (left[0] === -1) {
        left.shift();
        return null;
      }
      owner = to;
      return lease();
    },
    release: async () => {},
    leave: async () => {},
  };
  const members = new ClusterMembers({
    instance: 'a',
    store,
    bus: {
      publish: async () => 1,
      listen: () => ({ ready: Promise.resolve(), close: () => {} }),
      onLoss: () => () => {},
    },
    channel: 'owners',
    findFailure: () => null,
    leaseMs,
    exchanges: null,
    clock,
    elapsed: clock.now,
  });
  void members.start();
  await clock.advance(0);
  return { clock, members, transfers };
}

/** How long handing over takes, ms, and what has been given when it is over. */
async function handOver({ clock, members, transfers }: Awaited<ReturnType<typeof start>>) {
  const startedAt = clock.now();
  let [tookMs, given]: [number, readonly string[]] = [Number.NaN, []];
  void members.handOver().then(() => {
    [tookMs, given] = [clock.now() - startedAt, [...transfers]];
  });
  await clock.advance(3 * leaseMs);
  return { tookMs, given };
}

test('handing over waits for an instance that is busy for a moment', async () => {
  const scene = await start([leaseMs / 2, leaseMs / 2]);
  const { tookMs, given } = await handOver(scene);
  expect(tookMs).toBeLessThan(leaseMs / 2);
  expect(given).toEqual(['b']);
  expect(scene.members.ownerOf(exchange)).toMatchObject({ kind: 'other', instance: 'b' });
  await scene.members.close();
});

test('handing over tries again after Redis has refused', async () => {
  const scene = await start([0, -1]);
  const { tookMs, given } = await handOver(scene);
  expect(tookMs).toBeLessThan(leaseMs / 2);
  expect(given).toEqual(['b', 'b']);
  await scene.members.close();
});

test('handing over ends after the time of a lease, whatever the others do', async () => {
  const scene = await start(Array.from({ length: 100 }, () => leaseMs / 2));
  const { tookMs, given } = await handOver(scene);
  expect(tookMs).toBeLessThanOrEqual(leaseMs * 1.5);
  expect(given).toEqual([]);
  await scene.members.close();
});
