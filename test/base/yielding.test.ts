import { expect, test } from 'vitest';
import { Yielding } from '../../src/base/yielding.ts';

/** Works for longer than a turn of the event loop may take. */
function blockLoop(): void {
  const startedAt = performance.now();
  while (performance.now() - startedAt <= 20);
}

test('short work runs at once, and after long work the event loop gets a turn', async () => {
  const yielding = new Yielding();
  const order: string[] = [];
  const first = yielding.run(() => order.push('short'));
  expect(order).toEqual(['short']);
  const second = yielding.run(blockLoop);
  setImmediate(() => order.push('another'));
  await Promise.all([first, second, yielding.run(() => order.push('later'))]);
  expect(order).toEqual(['short', 'another', 'later']);
});

test('when many wait, all of them run, and the event loop gets turns in between', async () => {
  const yielding = new Yielding();
  const order: string[] = [];
  await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      yielding.run(() => {
        order.push(name);
        setImmediate(() => order.push(`after ${name}`));
        blockLoop();
      }),
    ),
  );
  expect(order.slice(0, 5)).toEqual(['a', 'after a', 'b', 'after b', 'c']);
});

test('an error rejects only its own work, and the next work runs', async () => {
  const yielding = new Yielding();
  await expect(
    yielding.run(() => {
      throw new Error('wrong');
    }),
  ).rejects.toThrow('wrong');
  expect(await yielding.run(() => 1)).toBe(1);
});
