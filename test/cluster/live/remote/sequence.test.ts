import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TopicState } from '../../../../src/cluster/live/protocol/answers.ts';
import type { Entry } from '../../../../src/cluster/live/protocol/entries.ts';
import { Sequence, type Taken } from '../../../../src/cluster/live/remote/sequence.ts';

function toEntry(number: number): Entry {
  return { number, at: 0, type: 'value', body: null };
}

function stateOf(number: number, entries: readonly number[]): TopicState {
  return { key: '', id: 1, number, isOpen: true, error: null, entries: entries.map(toEntry) };
}

/** The results of a state, joined by ` | `. */
function stateText(sequence: Sequence, state: TopicState): string {
  return sequence.takeState(state).map(toText).join(' | ');
}

/** `3 4`, and ` lossy` or ` repeated`. */
function toText({ entries, isLossy, isRepeated }: Taken): string {
  const numbers = entries.map(({ number }) => number).join(' ');
  return `${numbers}${isLossy ? ' lossy' : ''}${isRepeated ? ' repeated' : ''}`;
}

describe('a list', () => {
  test('is delivered in order, each message once', () => {
    const sequence = new Sequence(true);
    expect([5, 6, 6, 5, 7].map((number) => toText(sequence.take(toEntry(number))))).toEqual([
      '5',
      '6',
      ' repeated',
      ' repeated',
      '7',
    ]);
    expect(sequence.number).toBe(7);
  });

  test('waits for a missing message', () => {
    const sequence = new Sequence(true);
    expect([1, 4, 3, 4].map((number) => toText(sequence.take(toEntry(number))))).toEqual(['1', '', '', ' repeated']);
    expect(sequence.isWaiting).toBe(true);
    expect(toText(sequence.take(toEntry(2)))).toBe('2 3 4');
    expect(sequence.isWaiting).toBe(false);
  });

  test('continues with what the owner has repeated', () => {
    const sequence = new Sequence(true);
    for (const number of [1, 4, 6]) sequence.take(toEntry(number));
    expect(stateText(sequence, stateOf(5, [2, 3, 4, 5]))).toBe('2 3 4 5 6');
  });

  test('reports a loss if the owner has not kept what is missing', () => {
    const sequence = new Sequence(true);
    for (const number of [1, 4, 6]) sequence.take(toEntry(number));
    expect(stateText(sequence, stateOf(5, []))).toBe(' | 6 lossy');
    expect(stateText(sequence, stateOf(9, [8, 9]))).toBe(' | 8 9 lossy');
    expect(stateText(sequence, stateOf(12, []))).toBe(' |  lossy');
    expect(sequence.number).toBe(12);
  });

  test('reports a loss if the owner does not answer', () => {
    const sequence = new Sequence(true);
    for (const number of [1, 4, 6, 5]) sequence.take(toEntry(number));
    expect(toText(sequence.skip())).toBe('4 5 6 lossy');
    expect(toText(sequence.skip())).toBe('');
  });

  test('does not wait with more and more messages', () => {
    const sequence = new Sequence(true);
    sequence.take(toEntry(1));
    const taken = Array.from({ length: 501 }, (_, index) => sequence.take(toEntry(index + 3)));
    expect(taken.filter(({ isLossy }) => isLossy)).toHaveLength(1);
    expect(taken.at(-1)?.entries).toHaveLength(501);
  });

  test('reports a loss if an answer to an instance that had nothing comes after the first message', () => {
    const sequence = new Sequence(true);
    sequence.take(toEntry(7));
    expect(stateText(sequence, stateOf(9, []))).toBe(' |  lossy');
  });

  test('is not set back by an answer that messages have overtaken', () => {
    const sequence = new Sequence(true);
    for (const number of [1, 2, 3]) sequence.take(toEntry(number));
    expect(stateText(sequence, stateOf(2, [2]))).toBe(' repeated');
    expect(stateText(sequence, stateOf(2, []))).toBe('');
    expect(sequence.number).toBe(3);
  });
});

describe('a latest value', () => {
  test('is delivered if it is newer than all before', () => {
    const sequence = new Sequence(false);
    expect([5, 9, 7, 9, 10].map((number) => toText(sequence.take(toEntry(number))))).toEqual([
      '5',
      '9',
      ' repeated',
      ' repeated',
      '10',
    ]);
    expect(stateText(sequence, stateOf(12, [12]))).toBe('12');
    expect(stateText(sequence, stateOf(11, [11]))).toBe(' repeated');
  });
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('arrive', 'lose', 'repeat'), which: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('ask', 'skip') }) },
);

test('every message of a list is delivered once and in order, or a loss is reported', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), fc.nat(6), (steps, kept) => {
      const sequence = new Sequence(true);
      const onTheWay: Entry[] = [];
      let [sent, last] = [0, 0];
      const take = ({ entries, isLossy }: Taken): void => {
        for (const [index, { number }] of entries.entries()) {
          if (index === 0 && isLossy) expect(number).toBeGreaterThan(last);
          else expect(number).toBe(last + 1);
          last = number;
        }
        // A state can report a loss of everything up to its number.
        if (isLossy) last = Math.max(last, sequence.number ?? 0);
      };
      const ask = (): void => {
        const missing = sent - (sequence.number ?? 0);
        const repeated = Array.from({ length: Math.min(kept, missing) }, (_, index) => sent - index).reverse();
        for (const taken of sequence.takeState(stateOf(sent, missing <= kept ? repeated : []))) take(taken);
      };
      sequence.takeState(stateOf(0, []));
      for (const each of steps) {
        if (each.kind === 'send') {
          sent += 1;
          onTheWay.push(toEntry(sent));
        } else if (each.kind === 'ask') ask();
        else if (each.kind === 'skip') take(sequence.skip());
        else if ('which' in each) {
          const index = each.which % Math.max(1, onTheWay.length);
          const entry = onTheWay[index];
          if (each.kind !== 'lose' && entry) take(sequence.take(entry));
          if (each.kind !== 'repeat') onTheWay.splice(index, 1);
        }
      }
      ask();
      expect([sequence.number, last, sequence.isWaiting]).toEqual([sent, sent, false]);
    }),
    { numRuns: 500 },
  );
});
