import { describe, expect, it } from 'vitest';
import { toStale } from '../../../src/market/model/staleness.ts';

describe('toStale', () => {
  it('marks a frozen copy and leaves the value as it is', () => {
    const value = { price: 1, stale: false };
    const stale = toStale(value);
    expect(stale).toEqual({ price: 1, stale: true });
    expect(Object.isFrozen(stale)).toBe(true);
    expect(value.stale).toBe(false);
  });

  it('gives back the same value where it is stale already', () => {
    const value = Object.freeze({ price: 1, stale: true });
    expect(toStale(value)).toBe(value);
  });
});
