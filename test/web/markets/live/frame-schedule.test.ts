import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameSchedule } from '../../../../web/src/markets/live/frame-schedule.ts';

/** The callbacks that wait for the next frame. In a hidden tab there is none. */
let frames: (() => void)[];

beforeEach(() => {
  frames = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', (handle: number) => frames.splice(handle - 1, 1));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function draw(): void {
  for (const callback of frames.splice(0)) callback();
}

test('runs once in the next frame, and again when the pause is over', () => {
  const schedule = new FrameSchedule(100);
  const runs: string[] = [];
  schedule.request(() => runs.push('first'));
  schedule.request(() => runs.push('ignored'));
  vi.advanceTimersByTime(0);
  draw();
  expect(runs).toEqual(['first']);
  schedule.request(() => runs.push('second'));
  vi.advanceTimersByTime(99);
  draw();
  expect(runs).toEqual(['first']);
  vi.advanceTimersByTime(1);
  draw();
  expect(runs).toEqual(['first', 'second']);
});

test('runs nothing without a frame, and nothing after it is cancelled', () => {
  const schedule = new FrameSchedule(100);
  const runs: string[] = [];
  schedule.request(() => runs.push('hidden'));
  vi.advanceTimersByTime(10_000);
  expect(runs).toEqual([]);
  schedule.cancel();
  draw();
  schedule.request(() => runs.push('cancelled'));
  schedule.cancel();
  vi.advanceTimersByTime(10_000);
  draw();
  expect(runs).toEqual([]);
});
