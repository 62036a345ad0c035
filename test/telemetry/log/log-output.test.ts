import { beforeEach, expect, test } from 'vitest';
import { LogOutput } from '../../../src/telemetry/log/log-output.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const megabyte = 1024 * 1024;

let clock: ManualClock;
let output: LogOutput;
/** How many bytes the reader accepts before it stalls. */
let room: number;
/** The error code of a write while there is no room. */
let code: string;
let attempts: number;
let text: string;
let pauses: number;
/** Called while the process is blocked. */
let onPause: () => void;

beforeEach(() => {
  clock = new ManualClock();
  room = Number.POSITIVE_INFINITY;
  code = 'EAGAIN';
  attempts = 0;
  text = '';
  pauses = 0;
  onPause = () => {};
  output = new LogOutput({
    write: (bytes) => {
      attempts += 1;
      // Like a pipe: a small chunk entirely or not at all.
      const taken = bytes.length <= 4096 && bytes.length > room ? 0 : Math.min(bytes.length, room);
      if (taken === 0) throw Object.assign(new Error(code), { code });
      room -= taken;
      text += Buffer.from(bytes.subarray(0, taken)).toString();
      return taken;
    },
    later: (delayMs, callback) => void clock.after(delayMs, callback),
    pause: () => {
      pauses += 1;
      onPause();
    },
    onDropped: (count) => output.write(`dropped ${count}\n`),
  });
});

/** Lines of a hundred bytes. */
function writeMany(count: number, isMinor = false): readonly string[] {
  const lines = Array.from({ length: count }, (_, index) => `${isMinor ? 'minor' : 'line'} ${index}`.padEnd(99, '.'));
  for (const line of lines) output.write(`${line}\n`, isMinor);
  return lines;
}

const linesOf = (): readonly string[] => text.trimEnd().split('\n');

test('each line has been written when write returns', () => {
  for (const line of ['a\n', 'ü\n', `${'x'.repeat(100_000)}\n`]) {
    output.write(line);
    expect(text.endsWith(line)).toBe(true);
  }
  expect(attempts).toBe(3);
  expect(clock.pending).toBe(0);
});

test.each(['EAGAIN', 'EPIPE', 'ENOSPC', 'EIO'])(
  'after %s, the waiting lines follow in order when there is room',
  async (why) => {
    code = why;
    room = 0;
    output.write('first\n');
    output.write('second\n');
    await clock.advance(10_000);
    room = megabyte;
    await clock.advance(1000);
    output.write('third\n');
    expect(text).toBe('first\nsecond\nthird\n');
    expect(output.dropped).toBe(0);
  },
);

test('a line that was written in part continues where it stopped', async () => {
  room = 5000;
  output.write(`${'ü'.repeat(5000)}\n`);
  output.write('next\n');
  expect(text).toHaveLength(2500);
  room = 5001;
  await clock.advance(10);
  expect(linesOf()).toEqual(['ü'.repeat(5000)]);
  room = 5;
  await clock.advance(1000);
  expect(linesOf()).toEqual(['ü'.repeat(5000), 'next']);
});

test('a write may stop in the middle of a character', async () => {
  room = 4999;
  const bytes: Buffer[] = [];
  output = new LogOutput({
    write: (chunk) => {
      if (room === 0) throw Object.assign(new Error(), { code: 'EAGAIN' });
      const taken = Math.min(room, chunk.length);
      room -= taken;
      bytes.push(Buffer.from(chunk.subarray(0, taken)));
      return taken;
    },
    later: (delayMs, callback) => void clock.after(delayMs, callback),
    pause: () => {},
    onDropped: () => {},
  });
  output.write(`${'ü'.repeat(5000)}\n`);
  room = megabyte;
  await clock.advance(10);
  expect(Buffer.concat(bytes).toString()).toBe(`${'ü'.repeat(5000)}\n`);
});

test('waiting lines are written in chunks that a pipe accepts entirely or not at all', async () => {
  room = 0;
  const lines = writeMany(1000);
  attempts = 0;
  room = 40 * 100 + 99;
  await clock.advance(10);
  expect(linesOf()).toEqual(lines.slice(0, 40));
  room = megabyte;
  await clock.advance(10);
  expect(linesOf()).toEqual(lines);
  expect(attempts).toBe(2 + 24);
});

test('a stalled reader is retried at growing intervals, and new lines cause no attempt', async () => {
  room = 0;
  writeMany(1000);
  expect(attempts).toBe(1);
  await clock.advance(10);
  expect(attempts).toBe(2);
  await clock.advance(60_000);
  expect(attempts).toBeLessThan(70);
  expect(clock.pending).toBe(1);
});

test('at most a megabyte waits, and the number of dropped lines is reported where they are missing', async () => {
  room = 0;
  const lines = writeMany(20_000);
  const kept = Math.floor(megabyte / 100);
  expect(output.dropped).toBe(20_000 - kept);
  room = megabyte;
  await clock.advance(10);
  output.write('next\n');
  expect(linesOf()).toEqual([...lines.slice(0, kept), `dropped ${20_000 - kept}`, 'next']);
  // Each is reported once.
  await clock.advance(60_000);
  expect(text.match(/dropped/g)).toHaveLength(1);
  expect(output.dropped).toBe(20_000 - kept);
});

test('minor lines leave room for the others, and are accepted again only when half of the room is free', async () => {
  room = 0;
  writeMany(20_000, true);
  const kept = Math.floor((megabyte * 3) / 4 / 100);
  expect(output.dropped).toBe(20_000 - kept);
  output.write('stopping\n');
  expect(output.dropped).toBe(20_000 - kept);
  // A reader that is slower than the writer gets long contiguous parts rather than single lines.
  room = 100_000;
  await clock.advance(10);
  output.write('minor\n', true);
  expect(output.dropped).toBe(20_000 - kept + 1);
  room = 300_000;
  await clock.advance(1000);
  output.write('minor again\n', true);
  room = megabyte;
  await clock.advance(1000);
  expect(linesOf().slice(kept)).toEqual(['stopping', `dropped ${20_000 - kept + 1}`, 'minor again']);
});

test('a line that is larger than the limit is reported as dropped at once', () => {
  output.write(`${'x'.repeat(megabyte)}\n`);
  output.write('next\n');
  expect(text).toBe('dropped 1\nnext\n');
});

test('at the end, a slow reader gets the waiting lines in order', () => {
  room = 0;
  const lines = writeMany(1000);
  onPause = () => {
    room = 10_000;
  };
  output.flushSync();
  expect(linesOf()).toEqual(lines);
  expect(pauses).toBeLessThan(20);
});

test('at the end, a stalled reader is not waited for longer than 0.3 s', () => {
  room = 0;
  writeMany(1000);
  output.flushSync();
  expect(pauses).toBe(30);
  expect(text).toBe('');
});

test.each(['EPIPE', 'ENOSPC'])('at the end, after %s there is no wait', (why) => {
  code = why;
  room = 0;
  output.write('line\n');
  output.flushSync();
  expect(pauses).toBe(0);
});
