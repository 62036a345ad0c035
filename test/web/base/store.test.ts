import { expect, test } from 'vitest';
import { Store } from '../../../web/src/base/store.ts';

test('listeners hear of each change, and only of changes', () => {
  const store = new Store(1);
  const heard: number[] = [];
  const end = store.subscribe(() => heard.push(store.get()));
  store.set(2);
  store.set(2);
  store.set(3);
  end();
  store.set(4);
  expect(heard).toEqual([2, 3]);
});
