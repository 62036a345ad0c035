import { describe, expect, test } from 'vitest';
import { Outbox } from '../../../../src/cluster/live/relays/outbox.ts';
import { MarketDataError } from '../../../../src/market/errors.ts';

const error = new MarketDataError('TIMEOUT', 'too slow');

/** The waiting messages as text: numbers, `first 3`, `error` or `open`. */
function takeFrom(outbox: Outbox<number>): readonly string[] {
  return outbox.takeAll().map((sent) => {
    if (!('message' in sent)) return sent.type;
    return sent.type === 'first' ? `first ${sent.message}` : String(sent.message);
  });
}

function fill(outbox: Outbox<number>, count: number): void {
  for (let message = 1; message <= count; message++) outbox.add({ type: 'value', at: 0, message });
}

describe('of latest values', () => {
  test('only the newest waits', () => {
    const outbox = new Outbox<number>(true);
    fill(outbox, 10_000);
    expect(takeFrom(outbox)).toEqual(['10000']);
    expect(outbox.isEmpty).toBe(true);
  });

  test('a failure follows the value before it, and a newer value replaces both', () => {
    const outbox = new Outbox<number>(true);
    fill(outbox, 2);
    outbox.add({ type: 'error', at: 0, error });
    outbox.add({ type: 'open', at: 0 });
    outbox.add({ type: 'error', at: 0, error });
    expect(takeFrom(outbox)).toEqual(['2', 'error']);
    outbox.add({ type: 'error', at: 0, error });
    fill(outbox, 3);
    expect(takeFrom(outbox)).toEqual(['3']);
  });

  test('a value that replaces one after which others may be missing says the same', () => {
    const outbox = new Outbox<number>(true);
    outbox.add({ type: 'first', at: 0, message: 1 });
    fill(outbox, 2);
    expect(takeFrom(outbox)).toEqual(['first 2']);
    fill(outbox, 1);
    expect(takeFrom(outbox)).toEqual(['1']);
  });
});

describe('of lists', () => {
  test('all wait, in order', () => {
    const outbox = new Outbox<number>(false);
    fill(outbox, 2);
    outbox.add({ type: 'error', at: 0, error });
    fill(outbox, 1);
    expect(takeFrom(outbox)).toEqual(['1', '2', 'error', '1']);
  });

  test('no more than some hundreds wait; the next one says that others are missing', () => {
    const outbox = new Outbox<number>(false);
    fill(outbox, 1234);
    const [first, ...rest] = takeFrom(outbox);
    expect([first, rest.length, rest.at(-1)]).toEqual(['first 1001', 233, '1234']);
  });
});
