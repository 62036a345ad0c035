import { beforeEach, expect, test } from 'vitest';
import { LiveTable } from '../../../src/commands/watch/live-table.ts';
import type { WatchedTicker } from '../../../src/commands/watch/watched-ticker.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

let clock: ManualClock;
let written: string;
let writes: number;
let size: { columns: number; rows: number };
let isFull: boolean;

beforeEach(() => {
  clock = new ManualClock();
  [written, writes, size, isFull] = ['', 0, { columns: 80, rows: 24 }, false];
});

function open(...symbols: readonly string[]): LiveTable {
  const out = {
    get size() {
      return size;
    },
    get isFull() {
      return isFull;
    },
    write: async (text: string): Promise<void> => {
      written += text;
      writes += 1;
    },
  };
  return new LiveTable({ exchange: 'sim', symbols, out, clock });
}

function toTicker(symbol: string, last: number): WatchedTicker {
  const none = { percentage: null, bid: null, ask: null, timestamp: null };
  return {
    symbol,
    last,
    ...none,
    receivedAt: clock.now(),
    source: 'FETCH',
    stale: false,
    exchange: { simulated: true },
  };
}

/** What stands on a terminal after the text, for the sequences that the table uses. */
function render(text: string): readonly string[] {
  const lines: string[] = [];
  let row = 0;
  for (const [, up, clear, below, end, plain = ''] of text
    .replaceAll('\u001b', '⎋')
    .matchAll(/⎋\[(\d+)A|(⎋\[2K)|(⎋\[J)|(\n)|\r|([^⎋\r\n]+)/g)) {
    if (up) row -= Number(up);
    else if (clear) lines[row] = '';
    else if (below) lines.length = row;
    else if (end) row += 1;
    else lines[row] = (lines[row] ?? '') + plain;
  }
  return lines;
}

test('each market has a line that is rewritten in place', async () => {
  const table = open('BTC/USDT', 'ETH/USDT');
  expect(render(written)).toEqual(['sim  BTC/USDT  waiting', 'sim  ETH/USDT  waiting']);
  table.show(toTicker('BTC/USDT', 1));
  table.show(toTicker('ETH/USDT', 2));
  table.show(toTicker('BTC/USDT', 3));
  await clock.advance(100);
  expect(writes).toBe(2);
  expect(render(written)).toEqual([
    'sim  BTC/USDT  3  -  - / -  0.1 s  fetch  made up',
    'sim  ETH/USDT  2  -  - / -  0.1 s  fetch  made up',
  ]);
});

test('ages grow while nothing changes, and nothing is left behind', async () => {
  const table = open('BTC/USDT');
  table.show(toTicker('BTC/USDT', 1));
  await clock.advance(5000);
  expect(render(written)).toEqual(['sim  BTC/USDT  1  -  - / -  4.1 s  fetch  made up']);
  table.close();
  expect(clock.pending).toBe(0);
});

test('a warning stands below the lines', async () => {
  const table = open('BTC/USDT');
  table.warn('kraken is slow.');
  await clock.advance(100);
  expect(render(written)).toEqual(['sim  BTC/USDT  waiting', 'kraken is slow.']);
});

test('no line wraps, and none scrolls away', () => {
  size = { columns: 12, rows: 4 };
  open('AAA/USDT', 'BBB/USDT', 'CCC/USDT', 'DDD/USDT');
  expect(render(written)).toEqual(['sim  AAA/US', 'sim  BBB/US', '2 more line']);
});

test('no line wraps whose characters are wide, and none obeys what an exchange sends', async () => {
  size = { columns: 16, rows: 24 };
  const table = open('币安人生/USDT', '\u001b[2J\r\n/USDT');
  table.warn('\u001b[31mgone\n');
  await clock.advance(100);
  expect(render(written)).toEqual(['sim  币安人生/U', 'sim  [2J/USDT  ', '[31mgone']);
});

test('a line that was cut is complete once the terminal is wider, and gone once it is lower', async () => {
  size = { columns: 12, rows: 24 };
  open('AAA/USDT', 'BBB/USDT');
  size = { columns: 80, rows: 24 };
  await clock.advance(1000);
  expect(render(written)).toEqual(['sim  AAA/USDT  waiting', 'sim  BBB/USDT  waiting']);
  size = { columns: 80, rows: 2 };
  await clock.advance(1000);
  expect(render(written)).toEqual(['2 more lines need a larger terminal']);
});

test('while the terminal is stopped, nothing is written to it', async () => {
  const table = open('BTC/USDT');
  isFull = true;
  for (let tick = 0; tick < 100; tick++) {
    table.show(toTicker('BTC/USDT', tick));
    await clock.advance(100);
  }
  expect(writes).toBe(1);
  isFull = false;
  await clock.advance(1000);
  expect(render(written)[0]).toContain('sim  BTC/USDT  99 ');
});
