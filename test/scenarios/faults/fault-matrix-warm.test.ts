import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultRows } from '../../support/faults/fault-rows.ts';
import {
  createStands,
  FaultScene,
  knownPrice,
  nextPrice,
  type Outcome,
  type Stands,
  type Traffic,
} from '../../support/faults/fault-scene.ts';

/** A ticker, candles, some polls at growing distances, and each may be tried twice. */
const mostRequests = 10;

let stands: Stands;
let usual: Traffic;

beforeAll(async () => {
  stands = await createStands();
  const scene = await FaultScene.startWarm(stands);
  await Promise.all([scene.useHealthy(), scene.ticker(), scene.candles()]);
  usual = scene.traffic;
  await scene.stop();
});

afterAll(() => Promise.all([stands.sick.close(), stands.healthy.close()]));

describe.each(faultRows)('an exchange that has worked and then has $name', ({ start, codes, hangs, unharmed = [] }) => {
  let [ticker, candles, settled, subscription]: readonly Outcome[] = [];
  let traffic: Traffic;
  let requests: number;

  beforeAll(async () => {
    const scene = await FaultScene.startWarm(stands, hangs);
    try {
      await scene.fallSick(start);
      [ticker, candles, settled, subscription] = await Promise.all([
        scene.ticker(),
        scene.candles(),
        scene.settledCandles(),
        scene.subscriptionThatRan(),
        scene.useHealthy(),
      ]);
      traffic = scene.traffic;
      requests = stands.sick.count();
    } finally {
      await scene.stop();
    }
  });

  test('ticker: the last known, marked stale', () => {
    expect(ticker?.code).toBeNull();
    const stale = !unharmed.includes('ticker');
    expect(ticker?.data.ticker).toMatchObject({ last: 65_000, stale });
  });

  test('candles: the code', () => {
    if (!unharmed.includes('candles')) expect(codes).toContain(candles?.code);
    else expect(candles?.data.candles).toHaveLength(3);
  });

  test('candles: those that have settled', () => {
    expect(settled?.code).toBeNull();
    expect(settled?.data.candles).toHaveLength(5);
  });

  test('subscription: the last known once more, marked stale, and not ended', () => {
    const fresh = { last: nextPrice, stale: false };
    const stale = { last: knownPrice, stale: true };
    expect(subscription?.data.tickerUpdated).toMatchObject(unharmed.includes('subscription') ? fresh : stale);
  });

  test('it is not called again and again', () => {
    expect(requests).toBeLessThanOrEqual(mostRequests);
  });

  test('the other exchange is called and answers as usual', () => {
    expect(traffic).toEqual(usual);
  });
});
