import fc from 'fast-check';

/** Where everything random of a case comes from, so that its seed tells it again. */
export interface Dice {
  /** A whole number, both ends included. */
  int(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean;
  /** Between `least` and `most` of what `make` makes. */
  many<T>(least: number, most: number, make: (index: number) => T): readonly T[];
}

/** Without fast-check's liking for the ends, which would make what is first and last in a list four times as likely. */
const evenly = (min: number, max: number): fc.Arbitrary<number> => fc.noBias(fc.integer({ min, max }));

/** The cases that `make` can make. */
export function throwing<T>(make: (dice: Dice) => T): fc.Arbitrary<T> {
  return fc.gen().map((take) => {
    const int = (least: number, most: number): number => take(evenly, least, most);
    return make({
      int,
      pick: (items) => {
        const at = int(0, items.length - 1);
        for (const item of items.slice(at)) return item;
        throw new RangeError('there is nothing to pick from');
      },
      chance: (percent) => int(0, 99) >= 100 - percent,
      many: (least, most, make) => Array.from({ length: int(least, most) }, (_, index) => make(index)),
    });
  });
}

const batchSize = 100;

/** The cases of a seed with the numbers from `from` on, `count` of them: each is the same however many others are made. */
export function* casesOf<T>(cases: fc.Arbitrary<T>, seed: number, from: number, count: number) {
  for (let index = from; index < from + count; ) {
    const batch = Math.floor(index / batchSize);
    const made = fc.sample(cases, { seed: seed * 1_000_003 + batch, numRuns: batchSize });
    const until = Math.min(from + count, (batch + 1) * batchSize);
    for (const value of made.slice(index - batch * batchSize, until - batch * batchSize))
      yield { number: index++, value };
  }
}
