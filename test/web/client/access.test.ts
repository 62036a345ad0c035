import { expect, test } from 'vitest';
import { Access } from '../../../web/src/client/access.ts';
import { MemoryStorage, refuseStorage } from '../../support/web/memory-storage.ts';

test('a key that was entered is sent, and a reload keeps it', () => {
  const storage = new MemoryStorage();
  const access = new Access(() => storage);
  expect(access.authorization).toBeNull();
  access.refuse(null, 'A key is needed.');
  expect(access.state.get()).toEqual({ kind: 'refused', reason: 'A key is needed.' });
  access.enter('secret');
  expect(access.state.get()).toEqual({ kind: 'open' });
  expect(access.authorization).toBe('Bearer secret');
  expect(new Access(() => storage).authorization).toBe('Bearer secret');
});

test('a late answer to an earlier key does not refuse the new one', () => {
  const access = new Access(() => new MemoryStorage());
  access.enter('new');
  access.refuse(null, 'A key is needed.');
  access.refuse('Bearer old', 'The key is wrong.');
  expect(access.state.get()).toEqual({ kind: 'open' });
  access.refuse('Bearer new', 'The key is wrong.');
  expect(access.state.get()).toEqual({ kind: 'refused', reason: 'The key is wrong.' });
});

test('a refusal without a reason leaves the sentence of the one before', () => {
  const access = new Access(() => new MemoryStorage());
  access.refuse(null);
  expect(access.state.get()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('API key') });
  access.refuse(null, 'A key is needed.');
  access.refuse(null);
  expect(access.state.get()).toEqual({ kind: 'refused', reason: 'A key is needed.' });
});

test('a forgotten key is neither sent nor kept', () => {
  const storage = new MemoryStorage();
  const access = new Access(() => storage);
  access.enter('secret');
  access.forget();
  expect(access.authorization).toBeNull();
  expect(storage.length).toBe(0);
});

test('without storage, the key works until the page is loaded again', () => {
  const access = new Access(refuseStorage);
  access.enter('secret');
  expect(access.authorization).toBe('Bearer secret');
  access.forget();
  expect(access.authorization).toBeNull();
});
