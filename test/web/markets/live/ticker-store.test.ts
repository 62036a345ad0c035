import { expect, test } from 'vitest';
import type { Schedule } from '../../../../web/src/markets/live/frame-schedule.ts';
import { flashMs, TickerStore } from '../../../../web/src/markets/live/ticker-store.ts';
import { exampleTicker } from './example-ticker.ts';

/** Draws when a test says so. */
class ManualFrames implements Schedule {
  #callback: (() => void) | null = null;

  get isRequested(): boolean {
    return this.#callback !== null;
  }

  request(callback: () => void): void {
    this.#callback ??= callback;
  }

  cancel(): void {
    this.#callback = null;
  }

  draw(): void {
    const callback = this.#callback;
    this.#callback = null;
    callback?.();
  }
}

const [btc, eth] = ['sim:BTC/USDT', 'sim:ETH/USDT'] as const;

function createStore() {
  const frames = new ManualFrames();
  const time = { ms: 0 };
  const store = new TickerStore(frames, () => time.ms);
  const renders: string[] = [];
  for (const key of [btc, eth]) store.row(key).subscribe(() => renders.push(key));
  return { frames, time, store, renders };
}

test('gathers events, and shows the newest one of each market when the browser draws', () => {
  const { frames, store, renders } = createStore();
  for (const last of [1, 2, 3]) store.receive(btc, exampleTicker({ last }));
  store.receive(eth, exampleTicker({ last: 7 }));
  expect(renders).toEqual([]);
  frames.draw();
  expect(renders).toEqual([btc, eth]);
  expect(store.row(btc).get().ticker?.last).toBe(3);
  expect(store.row(eth).get().ticker?.last).toBe(7);
});

test('a row renders only for its own events', () => {
  const { frames, store, renders } = createStore();
  store.receive(btc, exampleTicker());
  frames.draw();
  store.receive(eth, exampleTicker());
  frames.draw();
  expect(renders).toEqual([btc, eth]);
});

test('marks a price that has changed, with its direction, and only for a moment', () => {
  const { frames, time, store } = createStore();
  const show = (last: number | null) => {
    store.receive(btc, exampleTicker({ last }));
    frames.draw();
    const { move, isFlashing } = store.row(btc).get();
    return { move, isFlashing };
  };
  expect(show(100)).toEqual({ move: null, isFlashing: false });
  expect(show(101)).toEqual({ move: 'up', isFlashing: true });
  expect(show(101)).toEqual({ move: 'up', isFlashing: true });
  time.ms += flashMs;
  frames.draw();
  expect(store.row(btc).get()).toMatchObject({ move: 'up', isFlashing: false });
  expect(frames.isRequested).toBe(false);
  expect(show(99)).toEqual({ move: 'down', isFlashing: true });
  expect(show(null)).toEqual({ move: 'down', isFlashing: true });
});

test('an answer to a query never replaces an event, which is newer', () => {
  const { frames, store } = createStore();
  store.receive(btc, exampleTicker({ last: 2 }));
  store.describe(btc, exampleTicker({ last: 1 }), 0.01);
  store.describe(eth, exampleTicker({ last: 1 }), null);
  frames.draw();
  expect(store.row(btc).get()).toMatchObject({ ticker: { last: 2 }, priceStep: 0.01 });
  expect(store.row(eth).get()).toMatchObject({ ticker: { last: 1 }, priceStep: null });
  store.describe(eth, exampleTicker({ last: 0 }), 0.1);
  frames.draw();
  expect(store.row(eth).get()).toMatchObject({ ticker: { last: 1 }, priceStep: 0.1 });
});

test('a problem is shown until prices arrive, and not in their place', () => {
  const { frames, store } = createStore();
  const problem = { isUnknown: false, reason: 'The exchange did not answer.', retryAt: null };
  store.fail(btc, problem);
  expect(store.row(btc).get().problem).toEqual(problem);
  store.receive(btc, exampleTicker());
  frames.draw();
  store.fail(btc, problem);
  expect(store.row(btc).get().problem).toBeNull();
});

test('forgets the markets of another list', () => {
  const { frames, store } = createStore();
  store.receive(btc, exampleTicker());
  store.receive(eth, exampleTicker());
  frames.draw();
  store.retain(new Set([eth]));
  expect(store.row(btc).get().ticker).toBeNull();
  expect(store.row(eth).get().ticker).not.toBeNull();
});
