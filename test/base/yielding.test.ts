import { expect, test } from 'vitest';
import { Yielding } from '../../src/base/yielding.ts';

/** Works for longer than one may without a break. */
function toil(): void {
  const begunAt = performance.now();
  while (performance.now() - begunAt <= 20);
}

test('short work is done at once, and after long work others have their turn', async () => {
  const turns = new Yielding();
  const told: string[] = [];
  const first = turns.run(() => told.push('short'));
  expect(told).toEqual(['short']);
  const second = turns.run(toil);
  setImmediate(() => told.push('another'));
  await Promise.all([first, second, turns.run(() => told.push('later'))]);
  expect(told).toEqual(['short', 'another', 'later']);
});

test('of many that wait each is done, and others have their turn among them', async () => {
  const turns = new Yielding();
  const told: string[] = [];
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      turns.run(() => {
        told.push(name);
        setImmediate(() => told.push(`after ${name}`));
        toil();
      }),
    ),
  );
  expect(told.slice(0, 5)).toEqual(['a', 'after a', 'b', 'after b', 'c']);
});

test('what goes wrong is told to whom it belongs, and the next goes on', async () => {
  const turns = new Yielding();
  await expect(
    turns.run(() => {
      throw new Error('wrong');
    }),
  ).rejects.toThrow('wrong');
  expect(await turns.run(() => 1)).toBe(1);
});
