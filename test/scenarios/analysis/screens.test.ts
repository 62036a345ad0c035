import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { binanceMarkets } from '../../venues/binance/markets.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

let binance: Venue;
let kraken: Venue;
let running: AppServer;

beforeEach(async () => {
  [binance, kraken] = await Promise.all([createBinance(), createKraken()]);
  running = await startServer({
    config: { exchanges: ['binance', 'kraken', 'bitso', 'sim'], upstreamTimeoutMs: 2000 },
    venues: { binance, kraken },
  });
});

afterEach(async () => {
  await running.stop();
  await Promise.all([binance.close(), kraken.close()]);
});

/** The symbols of a screen. */
async function screen(args: string): Promise<readonly string[]> {
  const { data, errors } = await running.query(`{ screen(${args}) { symbol } }`);
  expect(errors).toEqual([]);
  return data.screen.map(({ symbol }: { readonly symbol: string }) => symbol);
}

/** Sets the quote volumes of all spot markets: 1, 2, 3 and so on. */
function setVolumes(): void {
  for (const [index, { symbol }] of binanceMarkets.entries())
    binance.setTicker(symbol, { quoteVolume: `${index + 1}` });
}

describe('a screen', () => {
  test('ranks the active markets of an exchange, and filters them', async () => {
    setVolumes();
    const spot = 'exchange: "binance", type: SPOT';
    expect(await screen(`${spot}, first: 3`)).toEqual(['SOL/BTC', 'ETH/EUR', 'BTC/EUR']);
    expect(await screen(`${spot}, first: 3, order: ASC`)).toEqual(['ETH/BTC', 'BTC/USDT', 'ETH/USDT']);
    expect(await screen(`${spot}, quote: "usdc"`)).toEqual(['ETH/USDC', 'BTC/USDC']);
    expect(await screen(`${spot}, minQuoteVolume: 27.5`)).toEqual(['SOL/BTC']);
    expect(await screen(`${spot}, rankBy: LAST, first: 2`)).toEqual(['BTC/USDC', 'BTC/USDT']);
    expect(await screen(`${spot}, quote: "NONE"`)).toEqual([]);
    expect(await screen('exchange: "binance", type: OPTION')).toEqual([]);
    expect(await screen('exchange: "binance", type: SWAP, rankBy: LAST, quote: "USD"')).toEqual(['BTC/USD:BTC']);
    expect(await screen(`${spot}, first: 1000`)).not.toContain('LUNA/USDT');
  });

  test('costs one call for each list of the exchange, however many different ones are requested at once', async () => {
    const ranks = ['QUOTE_VOLUME', 'CHANGE', 'PERCENTAGE', 'LAST', 'RANGE', 'SPREAD'];
    const screens = ranks.flatMap((rankBy) => ['ASC', 'DESC'].map((order) => `rankBy: ${rankBy}, order: ${order}`));
    await Promise.all([1, 2, 3].flatMap(() => screens.map((each) => screen(`exchange: "binance", ${each}`))));
    expect(binance.count(/24hr/)).toBe(3);
    await Promise.all(screens.map((each) => screen(`exchange: "kraken", ${each}`)));
    expect(kraken.count(/Ticker/)).toBe(1);
    const metrics = await running.scrape();
    expect(metrics).toMatch(/tickql_cache_requests_total\{cache="screens",result="miss"\} \d+/);
  });

  test('has the markets of the other kinds, and an error, if one kind fails', async () => {
    await screen('exchange: "binance"');
    binance.fault({ kind: 'status', status: 451, match: /fapi/ });
    const { data, errors } = await running.query(
      '{ screen(exchange: "binance", type: SWAP, rankBy: LAST) { symbol stale } }',
    );
    expect(data.screen).toEqual([{ symbol: 'BTC/USD:BTC', stale: false }]);
    expect(errors).toMatchObject([
      {
        path: ['screen'],
        message: expect.stringContaining('Some markets are missing in the screen of binance'),
        extensions: { code: 'GEO_BLOCKED', exchange: 'binance' },
      },
    ]);
  });

  test('that is wrong is refused clearly', async () => {
    const refusals: readonly (readonly [string, string, RegExp])[] = [
      ['exchange: "binance", first: 0', 'BAD_USER_INPUT', /^first is 0; it must be from 1 to 1000\.$/],
      ['exchange: "binance", first: 1001', 'BAD_USER_INPUT', /^first is 1001; it must be from 1 to 1000\.$/],
      ['exchange: "binance", quote: " "', 'BAD_USER_INPUT', /^quote is empty; give a currency such as USDT/],
      ['exchange: "binanc"', 'EXCHANGE_NOT_FOUND', /did you mean binance\?/],
      ['exchange: "bitso"', 'NOT_SUPPORTED', /^bitso cannot send .+; binance, kraken, sim can\.$/],
    ];
    for (const [args, code, message] of refusals) {
      const { data, errors } = await running.query(`{ screen(${args}) { symbol } }`);
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code } }]);
    }
    expect(binance.count(/24hr/)).toBe(0);
  });

  test('of the simulated exchange agrees with its tickers', async () => {
    const fields = '{ symbol exchange { simulated } high low quoteVolume timestamp }';
    const { data } = await running.query(`{ screen(exchange: "sim", rankBy: RANGE) ${fields} }`);
    expect(data.screen.length).toBeGreaterThan(5);
    expect(data.screen[0].exchange.simulated).toBe(true);
    const ranges = data.screen.map(
      ({ high, low }: { readonly high: number; readonly low: number }) => (high - low) / low,
    );
    expect(ranges).toEqual(ranges.toSorted((a: number, b: number) => b - a));
    const symbols = data.screen.map(({ symbol }: { readonly symbol: string }) => symbol);
    const { data: single } = await running.query(
      `query ($symbols: [String!]!) { tickers(exchange: "sim", symbols: $symbols) ${fields} }`,
      { symbols },
    );
    for (const [index, ticker] of single.tickers.entries()) {
      if (ticker.timestamp === data.screen[index].timestamp) expect(ticker).toEqual(data.screen[index]);
    }
  });
});
