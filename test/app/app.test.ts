import { beforeEach, expect, test } from 'vitest';
import { App, type AppParts } from '../../src/app/app.ts';
import { Readiness } from '../../src/server/http/readiness.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

let clock: ManualClock;
let events: string[];
let handOver: () => Promise<void>;

beforeEach(() => {
  clock = new ManualClock();
  events = [];
  handOver = async () => void events.push('handed over');
});

function createApp(withCluster: boolean): App {
  const record = (event: string) => async (): Promise<void> => void events.push(event);
  const mark = (event: string) => (): void => void events.push(event);
  const parts: AppParts = {
    http: {
      listen: async () => {
        events.push('listening');
        return 4000;
      },
      close: record('http closed'),
      requestCount: 0,
    },
    subscriptions: {
      close: record('sockets closed'),
      counts: { sockets: 0, subscriptions: 0, groups: 0, operations: 0 },
    },
    fanout: { close: mark('fan-out closed') },
    readiness: new Readiness(),
    feeds: { close: mark('feeds closed'), counts: { topics: 0, streams: 0, polls: 0, subscribers: 0 } },
    streams: { poolCount: 0, close: record('streams closed') },
    exchanges: { openIds: [], close: record('exchanges closed') },
    metrics: { close: mark('metrics closed') },
    cluster: withCluster
      ? {
          start: record('joined'),
          handOver: () => handOver(),
          close: record('cluster closed'),
          connectionCount: 2,
        }
      : null,
    tracing: null,
  };
  return new App(parts, { clock, port: 0, host: '127.0.0.1', shutdownDelayMs: 500 });
}

test('the app joins the cluster before it listens', async () => {
  const app = createApp(true);
  await app.start();
  expect(events).toEqual(['joined', 'listening']);
  expect(app.stillOpen.clusterConnections).toBe(2);
});

test('a stopping app hands its exchanges over first, and leaves the cluster after its feeds have ended', async () => {
  const app = createApp(true);
  await app.start();
  events.length = 0;
  const stopped = app.stop();
  await clock.advance(0);
  expect(events).toEqual(['handed over']);
  await clock.advance(500);
  await stopped;
  expect(events).toEqual([
    'handed over',
    'http closed',
    'sockets closed',
    'fan-out closed',
    'feeds closed',
    'metrics closed',
    'cluster closed',
    'streams closed',
    'exchanges closed',
  ]);
  expect(clock.pending).toBe(0);
});

test.each([
  ['is late', () => new Promise<void>(() => {})],
  ['fails', () => Promise.reject(new Error('Redis is gone'))],
])('a handover that %s does not prevent the app from stopping', async (what, broken) => {
  handOver = broken;
  const app = createApp(true);
  await app.start();
  const stopped = app.stop();
  await clock.advance(1400);
  expect(events.includes('http closed')).toBe(what === 'fails');
  await clock.advance(100);
  await stopped;
  expect(events.at(-1)).toBe('exchanges closed');
  expect(clock.pending).toBe(0);
});

test('after a crash, a handover gets less time', async () => {
  handOver = () => new Promise(() => {});
  const app = createApp(true);
  await app.start();
  const stopped = app.stop({ atOnce: true });
  await clock.advance(500);
  await stopped;
  expect(events.at(-1)).toBe('exchanges closed');
});

test('without a cluster, nothing of it is there', async () => {
  const app = createApp(false);
  await app.start();
  expect(app.stillOpen.clusterConnections).toBe(0);
  const stopped = app.stop({ atOnce: true });
  await clock.advance(0);
  await stopped;
  expect(events.at(-1)).toBe('exchanges closed');
});
