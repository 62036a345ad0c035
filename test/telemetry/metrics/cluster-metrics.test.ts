import { Registry } from 'prom-client';
import { beforeEach, expect, test } from 'vitest';
import type { ClusterStatus } from '../../../src/cluster/members/cluster-status.ts';
import type { Owner } from '../../../src/cluster/members/owners.ts';
import { addClusterMetrics } from '../../../src/telemetry/metrics/cluster-metrics.ts';
import { ClusterRecorder } from '../../../src/telemetry/metrics/cluster-recorder.ts';
import { type Exposition, parseExposition } from '../../support/exposition.ts';

const self: Owner = { kind: 'self', fence: 2 };
const other: Owner = { kind: 'other', instance: 'b', fence: 3 };
const none: Owner = { kind: 'none' };
const alone: Owner = { kind: 'alone' };

let status: ClusterStatus | null;
let recorder: ClusterRecorder;
let registry: Registry;

beforeEach(() => {
  const owners = new Map([
    ['kraken', 'a'],
    ['binance', 'b'],
  ]);
  status = { instance: 'a', state: 'member', instances: ['a', 'b', 'c'], owners };
  recorder = new ClusterRecorder();
  registry = new Registry();
  addClusterMetrics(registry, recorder, () => status);
});

async function scrape(): Promise<Exposition> {
  const durations = [recorder.requestDurations.toText(), recorder.valueAges.toText()];
  return parseExposition([await registry.metrics(), ...durations].join('\n'));
}

test('state, instances and owners are those of the moment', async () => {
  const { find } = await scrape();
  const states = ['joining', 'member', 'alone'].map((state) => find('tickql_cluster_state', { state }));
  expect(states).toEqual([0, 1, 0]);
  expect(find('tickql_cluster_instances')).toBe(3);
  expect(find('tickql_cluster_owner', { exchange: 'kraken' })).toBe(1);
  expect(find('tickql_cluster_owner', { exchange: 'binance' })).toBe(0);

  status = { instance: 'a', state: 'alone', instances: ['a'], owners: new Map() };
  const later = await scrape();
  expect(later.find('tickql_cluster_state', { state: 'alone' })).toBe(1);
  expect(later.find('tickql_cluster_owner', { exchange: 'kraken' })).toBeUndefined();
});

test('without a cluster there are no values, and no instances', async () => {
  status = null;
  expect((await scrape()).samples).toEqual([{ name: 'tickql_cluster_instances', labels: {}, value: 0 }]);
});

test('an exchange is claimed, taken over from an owner that failed, received, handed over or lost', async () => {
  const change = { exchange: 'kraken', isHandover: false };
  const count = async (): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries(
      (await scrape()).samples
        .filter(({ name }) => name === 'tickql_cluster_owner_changes_total')
        .map(({ labels, value }) => [labels.change, value]),
    );
  recorder.onOwner({ ...change, owner: self, previous: none });
  expect(await count()).toEqual({ claimed: 1 });
  recorder.onOwner({ ...change, owner: other, previous: self, isHandover: true });
  recorder.onOwner({ ...change, owner: none, previous: other });
  expect(await count()).toEqual({ claimed: 1, handed_over: 1 });
  recorder.onOwner({ ...change, owner: self, previous: none });
  expect(await count()).toEqual({ claimed: 1, handed_over: 1, taken_over: 1 });
  recorder.onOwner({ ...change, owner: other, previous: self });
  recorder.onOwner({ ...change, owner: self, previous: other, isHandover: true });
  recorder.onOwner({ ...change, owner: alone, previous: self });
  recorder.onOwner({ ...change, owner: self, previous: alone });
  expect(await count()).toEqual({ claimed: 2, handed_over: 1, taken_over: 1, lost: 1, received: 1 });
});

test('messages, bytes, requests, ages, repairs, drops and shared values are counted', async () => {
  recorder.onTraffic('sent', 'live', 100);
  recorder.onTraffic('sent', 'live', 20);
  recorder.onTraffic('received', 'request', 7);
  recorder.onRequest('tickers', 'answered', 40);
  recorder.onRetry('moved');
  recorder.onServed('tickers', 'not_owner');
  recorder.onLiveValue('ticker', 2);
  recorder.onLiveValue('ticker', -1);
  recorder.onRepair('trades');
  recorder.onDrop('former_owner');
  recorder.onShared('answers', 'hit');
  recorder.onShared('answers', 'written');
  const { find } = await scrape();
  expect(find('tickql_cluster_messages_total', { direction: 'sent', kind: 'live' })).toBe(2);
  expect(find('tickql_cluster_bytes_total', { direction: 'sent', kind: 'live' })).toBe(120);
  expect(find('tickql_cluster_bytes_total', { direction: 'received', kind: 'request' })).toBe(7);
  expect(find('tickql_cluster_requests_total', { method: 'tickers', outcome: 'answered' })).toBe(1);
  expect(find('tickql_cluster_request_retries_total', { reason: 'moved' })).toBe(1);
  expect(find('tickql_cluster_served_requests_total', { method: 'tickers', outcome: 'not_owner' })).toBe(1);
  expect(find('tickql_cluster_request_duration_seconds_sum', { outcome: 'answered' })).toBe(0.04);
  expect(find('tickql_cluster_value_age_seconds_count', { kind: 'ticker' })).toBe(2);
  expect(find('tickql_cluster_value_age_seconds_bucket', { kind: 'ticker', le: '0.001' })).toBe(1);
  expect(find('tickql_cluster_repairs_total', { kind: 'trades' })).toBe(1);
  expect(find('tickql_cluster_dropped_messages_total', { reason: 'former_owner' })).toBe(1);
  expect(find('tickql_cluster_shared_values_total', { kind: 'answers', event: 'hit' })).toBe(1);
  expect(find('tickql_cluster_shared_values_total', { kind: 'answers', event: 'written' })).toBe(1);
});
