import { afterEach, beforeEach, test } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { ExchangeStreams } from '../../../../src/exchange/streams/streams.ts';
import { connectTo, type StandInClient } from '../../../support/exchange/venue-client.ts';
import { eventually } from '../../../support/socket-client.ts';
import { createKraken } from '../../../venues/kraken/kraken.ts';
import type { Venue } from '../../../venues/venue.ts';

let venue: Venue;
let client: StandInClient;
let streams: ExchangeStreams;

beforeEach(async () => {
  venue = await createKraken();
  client = await connectTo('kraken', { ...venue.exchangeConfig, enableRateLimit: false });
  streams = new ExchangeStreams({
    ...{ exchanges: client.exchanges, clock: systemClock, random: () => 0, timeoutMs: 2000 },
    ...{ silenceMs: 600_000, onError: () => {} },
  });
});

afterEach(async () => {
  await streams.close();
  await client.close();
  await venue.close();
});

test('of two tickers that come in one packet, the newer one is not lost', async () => {
  const prices: (number | null)[] = [];
  const listener = {
    onMessage: ({ last }: { readonly last: number | null }) => prices.push(last),
    onInterrupted: () => {},
  };
  streams.open({ exchange: 'kraken', symbol: 'ETH/USD', kind: 'ticker' }, listener);
  await eventually(() => prices.length === 1);
  for (let round = 1; round <= 10; round++) {
    venue.setTicker('ETH/USD', { last: String(4000 + 2 * round) });
    venue.setTicker('ETH/USD', { last: String(4001 + 2 * round) });
    await eventually(() => prices.at(-1) === 4001 + 2 * round);
  }
});
