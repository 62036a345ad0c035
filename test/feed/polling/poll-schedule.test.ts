import { beforeEach, describe, expect, test } from 'vitest';
import { PollSchedule } from '../../../src/feed/polling/poll-schedule.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const pollIntervalMs = 1000;

let clock: ManualClock;
let stream: { works: boolean; isSilent: boolean };
let subscribers: { size: number };
let needs: { hasGap: boolean; dueAt: number | null };
let wanted: number;
let schedule: PollSchedule;

beforeEach(() => {
  clock = new ManualClock();
  stream = { works: false, isSilent: false };
  subscribers = { size: 1 };
  needs = { hasGap: false, dueAt: null };
  wanted = 0;
  const onWanted = (): void => {
    wanted += 1;
  };
  schedule = new PollSchedule({ timing: { clock, pollIntervalMs }, stream, subscribers, needs, onWanted });
});

/** In which of the next rounds the topic is polled, where no poll brings anything new. */
async function pollRounds(count: number): Promise<readonly number[]> {
  const rounds: number[] = [];
  for (let round = 1; round <= count; round++) {
    await clock.advance(pollIntervalMs);
    if (!schedule.isDue) continue;
    rounds.push(round);
    schedule.onAnswer();
    schedule.onResult(false);
  }
  return rounds;
}

describe('a topic is polled', () => {
  test('not at all without subscribers', async () => {
    subscribers.size = 0;
    needs.hasGap = true;
    expect(await pollRounds(3)).toEqual([]);
    expect([schedule.isWanted, schedule.isNeeded]).toEqual([true, false]);
  });

  test('not while its stream works', async () => {
    stream.works = true;
    expect(await pollRounds(3)).toEqual([]);
    expect(schedule.isNeeded).toBe(false);
  });

  test('every interval without a stream that works, however idle the market is', async () => {
    expect(await pollRounds(10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('ever more slowly in parallel to a silent stream, until something is new', async () => {
    stream.isSilent = true;
    expect(await pollRounds(20)).toEqual([1, 3, 7, 12, 17]);
    schedule.onResult(true);
    expect(await pollRounds(3)).toEqual([1, 3]);
  });

  test.each([
    ['its stream works', { works: true, isSilent: false }],
    ['its stream is silent', { works: false, isSilent: true }],
  ])('every interval while something is missing, though %s', async (_name, state) => {
    Object.assign(stream, state);
    needs.hasGap = true;
    expect(await pollRounds(4)).toEqual([1, 2, 3, 4]);
  });

  test('every interval from when something is due', async () => {
    stream.works = true;
    needs.dueAt = clock.now() + 3 * pollIntervalMs;
    expect(await pollRounds(5)).toEqual([3, 4, 5]);
  });
});

describe('what a poll brought is current', () => {
  test('for one interval and a half', async () => {
    expect(schedule.isCurrent).toBe(false);
    schedule.onAnswer();
    await clock.advance(1.5 * pollIntervalMs);
    expect(schedule.isCurrent).toBe(true);
    await clock.advance(1);
    expect(schedule.isCurrent).toBe(false);
  });

  test('for as much longer as polls are further apart while the stream is silent', async () => {
    stream.isSilent = true;
    schedule.onAnswer();
    schedule.onResult(false);
    schedule.onResult(false);
    await clock.advance(6 * pollIntervalMs);
    expect(schedule.isCurrent).toBe(true);
    await clock.advance(1);
    expect(schedule.isCurrent).toBe(false);
  });
});

describe('a poll is asked for at once', () => {
  test('when a gap opens, once', () => {
    needs.hasGap = true;
    schedule.update();
    schedule.update();
    expect(wanted).toBe(1);
    schedule.onNewGap();
    schedule.checkGap();
    expect(wanted).toBe(2);
  });

  test('when something is due, unless the topic has ended', async () => {
    needs.dueAt = clock.now() + 500;
    schedule.update();
    await clock.advance(499);
    expect(wanted).toBe(0);
    await clock.advance(1);
    expect(wanted).toBe(1);
    needs.dueAt = clock.now() + 500;
    schedule.update();
    schedule.stop();
    schedule.update();
    expect(clock.pending).toBe(0);
  });
});
