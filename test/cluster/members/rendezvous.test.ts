import { expect, test } from 'vitest';
import { chooseInstance } from '../../../src/cluster/members/rendezvous.ts';

const exchanges = Array.from({ length: 1000 }, (_, n) => `exchange${n}`);
const choose = (instances: readonly string[]) => exchanges.map((exchange) => chooseInstance(exchange, instances));

test('exchanges spread evenly, in whatever order the instances are listed', () => {
  const chosen = choose(['a', 'b', 'c', 'd']);
  expect(choose(['d', 'b', 'a', 'c'])).toEqual(chosen);
  for (const name of ['a', 'b', 'c', 'd']) {
    const share = chosen.filter((other) => other === name).length;
    expect(share).toBeGreaterThan(200);
    expect(share).toBeLessThan(300);
  }
  expect(chooseInstance('x', [])).toBeNull();
});

test('when an instance leaves, only its exchanges move', () => {
  const [before, after] = [choose(['a', 'b', 'c']), choose(['a', 'b'])];
  expect(before.filter((name, index) => name !== 'c' && name !== after[index])).toEqual([]);
});
