import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { StillOpen } from '../../src/app/app.ts';
import { Shutdown } from '../../src/app/shutdown.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const nothingOpen: StillOpen = { requests: 0, sockets: 0, streamPools: 0, exchanges: [], clusterConnections: 0 };

let clock: ManualClock;
let ends: string[];
let lines: string[];
let stillOpen: StillOpen;
let stopped: PromiseWithResolvers;
let stops: boolean[];
let shutdown: Shutdown;
let leftWithinMs: number;
let flushedAt: number[];

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => {};
  let reject = (_error: unknown): void => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

beforeEach(() => {
  clock = new ManualClock();
  ends = [];
  lines = [];
  stops = [];
  stillOpen = nothingOpen;
  leftWithinMs = Number.NaN;
  flushedAt = [];
  stopped = withResolvers();
  const destination = {
    write: (line: string) => lines.push(line),
    flush: () => flushedAt.push(ends.length),
  };
  shutdown = new Shutdown({
    app: {
      stop: ({ atOnce = false } = {}) => {
        stops.push(atOnce);
        return stopped.promise;
      },
      get stillOpen() {
        return stillOpen;
      },
    },
    log: pino({ level: 'info' }, destination),
    clock,
    delayMs: 500,
    end: {
      leave: (code, withinMs) => {
        ends.push(`leave ${code}`);
        leftWithinMs = withinMs;
      },
      exit: (code) => ends.push(`exit ${code}`),
      raise: (signal) => ends.push(`raise ${signal}`),
    },
  });
});

test('a signal stops the app and ends the process with code 0, without leaving a timer', async () => {
  shutdown.onSignal('SIGTERM');
  expect(shutdown.isStopping).toBe(true);
  expect(ends).toEqual([]);
  stopped.resolve();
  await clock.advance(60_000);
  expect(stops).toEqual([false]);
  expect(ends).toEqual(['leave 0']);
  expect(clock.pending).toBe(0);
});

test('the same signal shortly after is ignored as an echo by npm; later, or another signal, ends the process', async () => {
  shutdown.onSignal('SIGINT');
  await clock.advance(99);
  shutdown.onSignal('SIGINT');
  expect(ends).toEqual([]);
  shutdown.onSignal('SIGTERM');
  await clock.advance(1);
  shutdown.onSignal('SIGINT');
  expect(ends).toEqual(['raise SIGTERM', 'raise SIGINT']);
  // The log is flushed before each, since a process that is ended by a signal cannot do it later.
  expect(flushedAt).toEqual([0, 1]);
  expect(stops).toEqual([false]);
});

test.each([
  ['an exchange', { ...nothingOpen, streamPools: 1, exchanges: ['kraken'] }, 0],
  ['a request', { ...nothingOpen, requests: 1 }, 1],
  ['a socket', { ...nothingOpen, sockets: 2 }, 1],
] as const)(
  'if %s keeps the app from stopping, it is logged and the process ends within ten seconds',
  async (_what, open, code) => {
    shutdown.onSignal('SIGTERM');
    stillOpen = open;
    await clock.advance(9499);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual([`exit ${code}`]);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 40, open });
  },
);

test.each([
  [0, 2000],
  [8500, 1000],
  [9400, 100],
])(
  'an app that stops after %i ms leaves the process %i ms to end by itself: ten seconds in all',
  async (stoppingMs, leftMs) => {
    shutdown.onSignal('SIGTERM');
    await clock.advance(stoppingMs);
    stopped.resolve();
    await clock.advance(0);
    expect(ends).toEqual(['leave 0']);
    expect(leftWithinMs).toBe(leftMs);
  },
);

test('an error while stopping is logged, and the exit code is 1', async () => {
  shutdown.onSignal('SIGTERM');
  stopped.reject(new Error('no'));
  await clock.advance(0);
  expect(ends).toEqual(['leave 1']);
  expect(lines.at(-1)).toContain('could not stop');
});

test('a crash is logged with its cause, skips the delay, and the exit code is 1', async () => {
  shutdown.onCrash(new Error('outer', { cause: new Error('inner') }));
  const { level, err } = JSON.parse(lines.at(-1) ?? '');
  expect(level).toBe(60);
  expect(err.message).toBe('outer: inner');
  expect(err.stack).toContain('caused by: Error: inner');
  stopped.resolve();
  await clock.advance(0);
  expect(stops).toEqual([true]);
  expect(ends).toEqual(['leave 1']);
});

test('after a crash the process ends soon, and at once after a second crash', async () => {
  shutdown.onCrash('no error even');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ err: 'no error even' });
  await clock.advance(1999);
  expect(ends).toEqual([]);
  shutdown.onCrash(new Error('another'));
  expect(ends).toEqual(['exit 1']);
  await clock.advance(1);
  expect(ends).toEqual(['exit 1', 'exit 1']);
});

test('a crash while stopping makes the exit code 1', async () => {
  shutdown.onSignal('SIGTERM');
  shutdown.onCrash(new Error('late'));
  stopped.resolve();
  await clock.advance(0);
  expect(new Set(ends)).toEqual(new Set(['leave 1']));
});
