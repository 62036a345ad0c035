import { expect, test } from 'vitest';
import { Saved } from '../../../web/src/base/saved.ts';
import { MemoryStorage, refuseStorage } from '../../support/web/memory-storage.ts';

const parse = (value: unknown): number | null => (typeof value === 'number' ? value : null);

test('it keeps a value until it is removed', () => {
  const storage = new MemoryStorage();
  const saved = new Saved('size', parse, () => storage);
  expect(saved.read()).toBeNull();
  saved.write(5);
  expect(new Saved('size', parse, () => storage).read()).toBe(5);
  expect(new Saved('other', parse, () => storage).read()).toBeNull();
  saved.remove();
  expect(saved.read()).toBeNull();
});

test('what is not valid counts as nothing', () => {
  const storage = new MemoryStorage();
  const saved = new Saved('size', parse, () => storage);
  for (const text of ['', '{', '"5"', 'null']) {
    storage.setItem('tickql.size', text);
    expect(saved.read()).toBeNull();
  }
});

test('without storage nothing is kept, and nothing fails', () => {
  const saved = new Saved('size', parse, refuseStorage);
  saved.write(5);
  saved.remove();
  expect(saved.read()).toBeNull();
});
