import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultKinds, faultRows } from '../../support/faults/fault-rows.ts';
import { createStands, FaultScene, type Outcome, type Stands, type Traffic } from '../../support/faults/fault-scene.ts';

/**
 * A list of markets takes three requests. Those who wait share a load, but on a busy machine all of them come apart: the
 * queries, the subscription's first fetch, its polls and its stream. After five loads that failed the circuit opens, and
 * one more can follow as the probe in the two seconds for which the subscription waits. The first load tries each request
 * twice.
 */
const requestsPerLoad = 3;
const mostRequests = requestsPerLoad * (5 + 1 + 1);

let stands: Stands;
let usual: Traffic;

beforeAll(async () => {
  stands = await createStands();
  const scene = await FaultScene.startCold(stands);
  await Promise.all([scene.useHealthy(), scene.ticker(), scene.candles(), scene.subscription()]);
  usual = scene.traffic;
  await scene.stop();
});

afterAll(() => Promise.all([stands.sick.close(), stands.healthy.close()]));

describe.each(faultRows)('an exchange that begins with $name', ({ start, codes, hangs, unharmed = [] }) => {
  let outcomes: Readonly<Record<(typeof faultKinds)[number], Outcome>>;
  let traffic: Traffic;
  let requests: number;

  beforeAll(async () => {
    const scene = await FaultScene.startCold(stands, hangs);
    try {
      await scene.fallSick(start);
      const [ticker, candles, subscription] = await Promise.all([
        scene.ticker(),
        scene.candles(),
        scene.subscription(),
        scene.useHealthy(),
      ]);
      outcomes = { ticker, candles, subscription };
      traffic = scene.traffic;
      requests = stands.sick.count();
    } finally {
      await scene.stop();
    }
  });

  test.each(faultKinds)('%s: the code, or a value where there is one', (kind) => {
    const { code, data } = outcomes[kind];
    if (!unharmed.includes(kind)) expect(codes).toContain(code);
    else {
      expect(code).toBeNull();
      expect(Object.values(data)).not.toContain(null);
    }
  });

  test('it is not called again and again', () => {
    expect(requests).toBeLessThanOrEqual(mostRequests);
  });

  test('the other exchange is called and answers as usual', () => {
    expect(traffic).toEqual(usual);
  });
});
