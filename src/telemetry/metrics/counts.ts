/** How often something happened, by up to three texts. An addition costs three look-ups and makes nothing. */
export class Counts {
  readonly #counts = new Map<string, Map<string, Map<string, number>>>();

  add(first: string, second: string, third = ''): void {
    const byThird = branchOf(branchOf(this.#counts, first), second);
    byThird.set(third, (byThird.get(third) ?? 0) + 1);
  }

  /** Each combination that has come, and how often. */
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
  const made = new Map<string, V>();
  tree.set(key, made);
  return made;
}
