import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, loadMarkets, venues } from '../../support/exchange/venue-client.ts';

/** Positive decimal strings of up to 15 significant digits, which a double holds exactly. */
const decimals = fc
  .tuple(fc.integer({ min: 1, max: 999_999_999_999_999 }), fc.integer({ min: 0, max: 14 }))
  .map(([digits, places]) => {
    const text = String(digits).padStart(places + 1, '0');
    return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
  });

describe.each(venues)('$id', ({ id, symbol }) => {
  it.each([
    { name: 'alone', more: [] },
    { name: 'in a batch', more: ['ETH/BTC'] },
  ])('a price arrives digit by digit, $name', async ({ more }) => {
    const connection = await connect(id);
    onTestFinished(connection.close);
    const { venue, data } = connection;
    await loadMarkets(connection);
    await fc.assert(
      fc.asyncProperty(decimals, decimals, async (last, bid) => {
        venue.setTicker(symbol, { last, open: last, bid, ask: bid });
        const ticker = (await data.fetchTickers(id, [symbol, ...more])).get(symbol);
        expect(ticker).toHaveProperty('last', Number(last));
        const isBidSent = id !== 'coinbase' || more.length === 0;
        expect(ticker).toHaveProperty('bid', isBidSent ? Number(bid) : null);
      }),
      { numRuns: 30 },
    );
  });
});
