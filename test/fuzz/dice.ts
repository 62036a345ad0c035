import fc from 'fast-check';

/** The source of everything random in a case, so that its seed reproduces the case. */
export interface Dice {
  /** An integer from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean;
  /** A list of `min` to `max` items from `make`. */
  many<T>(min: number, max: number, make: (index: number) => T): readonly T[];
}

/** Uniform, without fast-check's bias towards the ends, which makes the first and last item of a list four times as likely. */
const evenly = (min: number, max: number): fc.Arbitrary<number> => fc.noBias(fc.integer({ min, max }));

/** An arbitrary for the cases that `make` generates. */
export function generated<T>(make: (dice: Dice) => T): fc.Arbitrary<T> {
  return fc.gen().map((take) => {
    const int = (min: number, max: number): number => take(evenly, min, max);
    return make({
      int,
      pick: (items) => {
        const at = int(0, items.length - 1);
        for (const item of items.slice(at)) return item;
        throw new RangeError('the list is empty');
      },
      chance: (percent) => int(0, 99) >= 100 - percent,
      many: (min, max, make) => Array.from({ length: int(min, max) }, (_, index) => make(index)),
    });
  });
}

const batchSize = 100;

/** `count` cases of a seed, starting with number `from`. A case does not depend on how many others are generated. */
export function* casesOf<T>(cases: fc.Arbitrary<T>, seed: number, from: number, count: number) {
  for (let index = from; index < from + count; ) {
    const batch = Math.floor(index / batchSize);
    const made = fc.sample(cases, { seed: seed * 1_000_003 + batch, numRuns: batchSize });
    const until = Math.min(from + count, (batch + 1) * batchSize);
    for (const value of made.slice(index - batch * batchSize, until - batch * batchSize))
      yield { number: index++, value };
  }
}
