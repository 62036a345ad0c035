import type { Client } from 'graphql-ws';
import { beforeEach, describe, expect, test } from 'vitest';
import { ForwardClock } from '../../support/fakes/forward-clock.ts';
import { useStreamingServer } from '../../support/server/streaming-server.ts';
import type { AppServer } from '../../support/server.ts';
import { type Operation, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

/** How often a screen is polled. */
const pollMs = 5000;
const clock = new ForwardClock();
const use = useStreamingServer('binance', createBinance, {}, clock);

let venue: Venue;
let running: AppServer;
let client: Client;

beforeEach(() => {
  ({ venue, running, client } = use());
});

function follow(args: string): Operation {
  return subscribe(client, `subscription { screenUpdated(exchange: "binance", ${args}) { symbol last stale } }`);
}

const pagesOf = ({ results }: Operation): readonly unknown[] => results.map(({ data }) => data?.screenUpdated);

describe('screenUpdated', () => {
  test('sends the ranked page again when it changes, however many are ranked, from one poll', async () => {
    venue.setTicker('BTC/EUR', { last: '1000' });
    const first = follow('type: SPOT, quote: "EUR", rankBy: LAST');
    await first.until(1);
    const others = Array.from({ length: 20 }, () => follow('type: SPOT, quote: "EUR", rankBy: LAST'));
    const cheapest = follow('type: SPOT, quote: "EUR", rankBy: LAST, order: ASC, first: 1');
    const unmoved = follow('type: SPOT, quote: "USDC", rankBy: LAST');
    await Promise.all([...others, cheapest, unmoved].map((each) => each.until(1)));
    const eth = { symbol: 'ETH/EUR', last: 3230, stale: false };
    const btc = { symbol: 'BTC/EUR', last: 1000, stale: false };
    expect(pagesOf(first)).toEqual([[eth, btc]]);
    expect(pagesOf(cheapest)).toEqual([[btc]]);
    expect(venue.count(/24hr/)).toBe(1);
    venue.setTicker('BTC/EUR', { last: '4000' });
    clock.skip(pollMs);
    await Promise.all([first, cheapest, ...others].map((each) => each.until(2)));
    const risen = { ...btc, last: 4000 };
    for (const each of [first, ...others]) expect(pagesOf(each).at(-1)).toEqual([risen, eth]);
    expect(pagesOf(cheapest)).toEqual([[btc], [eth]]);
    expect(unmoved.results).toHaveLength(1);
    expect(venue.count(/24hr/)).toBe(2);
    const { data } = await running.query(
      '{ screen(exchange: "binance", type: SPOT, quote: "EUR", rankBy: LAST) { source } }',
    );
    expect(data.screen).toEqual([{ source: 'POLL' }, { source: 'POLL' }]);
    expect(venue.count(/24hr/)).toBe(2);
    expect(await running.scrape()).toContain('tickql_feeds{kind="screens"} 1');
  });

  test('sends the last page once more, marked stale, when the exchange fails', async () => {
    const operation = follow('type: SPOT, quote: "EUR", first: 1');
    await operation.until(1);
    venue.fault({ kind: 'status', status: 451 });
    clock.skip(pollMs);
    await operation.until(2);
    expect(operation.results[1]?.data).toMatchObject({ screenUpdated: [{ stale: true }] });
  });

  test('says what is missing with each page', async () => {
    venue.setTicker('BTC/USD:BTC', { last: '1000' });
    venue.fault({ kind: 'status', status: 451, match: /fapi.*ticker/ });
    const operation = follow('type: SWAP, rankBy: LAST');
    await operation.until(1);
    venue.setTicker('BTC/USD:BTC', { last: '2000' });
    clock.skip(pollMs);
    await operation.until(2);
    expect(pagesOf(operation)).toMatchObject([[{ last: 1000 }], [{ last: 2000 }]]);
    for (const { errors, extensions } of operation.results) {
      expect(errors).toBeUndefined();
      expect(extensions).toMatchObject({
        errors: [
          {
            message: expect.stringContaining('Some markets are missing in the screen of binance'),
            path: ['screenUpdated'],
            extensions: { code: 'GEO_BLOCKED', exchange: 'binance' },
          },
        ],
      });
    }
  });

  test('refuses wrong arguments before it begins', async () => {
    const wrong = follow('first: 0');
    const unknown = subscribe(client, 'subscription { screenUpdated(exchange: "binanc") { symbol } }');
    await Promise.all([wrong.ended(), unknown.ended()]);
    const codeOf = ({ results: [result] }: Operation): unknown => result?.errors?.[0]?.extensions?.code;
    expect([codeOf(wrong), codeOf(unknown)]).toEqual(['BAD_USER_INPUT', 'EXCHANGE_NOT_FOUND']);
    expect(venue.count(/24hr/)).toBe(0);
  });
});
