/** Counts events by up to three labels. Adding one costs three lookups and, for known labels, no allocation. */
export class Counts {
  readonly #counts = new Map<string, Map<string, Map<string, number>>>();

  add(first: string, second: string, third = '', count = 1): void {
    const byThird = branchOf(branchOf(this.#counts, first), second);
    byThird.set(third, (byThird.get(third) ?? 0) + count);
  }

  /** Each combination of labels that occurred, with its count. */
  *entries(): Iterable<readonly [first: string, second: string, third: string, count: number]> {
    for (const [first, bySecond] of this.#counts) {
      for (const [second, byThird] of bySecond) {
        for (const [third, count] of byThird) yield [first, second, third, count];
      }
    }
  }
}

function branchOf<V>(tree: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const known = tree.get(key);
  if (known) return known;
  const branch = new Map<string, V>();
  tree.set(key, branch);
  return branch;
}
