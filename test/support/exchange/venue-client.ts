import { expect } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { createAnyTimeframe } from '../../../src/candles/timeframes/any-timeframe.ts';
import type { CallerListeners } from '../../../src/exchange/access/call-listeners.ts';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import type { ExchangeClient, ExchangeClientOptions } from '../../../src/exchange/clients/exchange-client.ts';
import { Exchanges } from '../../../src/exchange/clients/exchanges.ts';
import type { ExchangeOptions } from '../../../src/exchange/clients/instance.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import type { MarketsLoaderOptions } from '../../../src/exchange/markets/markets-loader.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { MarketData, MarketSource } from '../../../src/market/ports/market-data.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createCoinbase } from '../../venues/coinbase/coinbase.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';
import { PlainMarketData } from '../fakes/plain-market-data.ts';

/**
 * The exchanges that have a stand-in, with a liquid pair of each and the number of requests that loading its markets
 * takes.
 */
export const venues = [
  { id: 'binance', create: createBinance, symbol: 'BTC/USDT', loads: 3 },
  { id: 'kraken', create: createKraken, symbol: 'BTC/USD', loads: 2 },
  { id: 'coinbase', create: createCoinbase, symbol: 'BTC/USD', loads: 6 },
] as const;

/** Every way in which an answer can be broken, except by its status. */
export const brokenAnswers = [
  'hang',
  'hang-body',
  'drip',
  'cut',
  'reset',
  'cut-body',
  'cut-gzip',
  'garbage',
  'truncated',
  'truncated-gzip',
  'bad-gzip',
  'empty',
] as const;

/** The usual deadline of a call, in ms. A busy machine answers in time; a test of a call that hangs sets a shorter one. */
export const patientMs = 15_000;

/** One stand-in and the market data port over it, with ccxt's throttle off and without a cache, except for candles. */
export interface VenueClient {
  readonly venue: Venue;
  readonly exchanges: Exchanges;
  readonly data: PlainMarketData;
  /** The port itself, with the freshness of its values. */
  readonly source: MarketSource;
  readonly client: ExchangeClient;
  /** The errors so far, as ccxt threw them. */
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

export interface VenueClientOptions {
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly timeoutMs?: number;
  readonly maxQueuedCalls?: number;
  readonly onCall?: CallerListeners['onCall'];
  readonly onCircuit?: CallerListeners['onCircuit'];
  readonly onUnnamedMarkets?: ExchangeClientOptions['onUnnamedMarkets'];
  readonly onMissingMarkets?: MarketsLoaderOptions['onMissingMarkets'];
  readonly options?: ExchangeOptions;
}

/** Starts the stand-in of an exchange and a client of it. Close it when done. */
export async function connect(id: (typeof venues)[number]['id'], given: VenueClientOptions = {}): Promise<VenueClient> {
  const definition = venues.find((candidate) => candidate.id === id);
  if (!definition) throw new Error(`there is no stand-in of ${id}`);
  const venue = await definition.create();
  const options = { ...venue.exchangeConfig, enableRateLimit: false };
  const connection = await connectTo(id, options, given);
  return {
    ...connection,
    venue,
    close: async () => {
      await connection.close();
      await venue.close();
    },
  };
}

/** A client of a stand-in, and the port over it. */
export type StandInClient = Omit<VenueClient, 'venue'>;

/** Creates a client of an exchange whose `options` point to a stand-in. Close both when done. */
export async function connectTo(
  id: string,
  options: ExchangeOptions,
  given: VenueClientOptions = {},
): Promise<StandInClient> {
  const errors: unknown[] = [];
  const timeoutMs = given.timeoutMs ?? patientMs;
  const clock = given.clock ?? systemClock;
  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), null),
    exchangeOptions: { [id]: { ...options, ...given.options } },
    clock,
    random: given.random ?? (() => 0.5),
    timeoutMs,
    maxQueuedCalls: given.maxQueuedCalls ?? 100,
    onError: (_, error) => errors.push(error),
    onCall: given.onCall ?? (() => {}),
    onCircuit: given.onCircuit ?? (() => {}),
    onUnnamedMarkets: given.onUnnamedMarkets ?? (() => {}),
    onMissingMarkets: given.onMissingMarkets ?? (() => {}),
  });
  const client = await exchanges.get(id);
  const source = createMarketData(exchanges, clock);
  return {
    exchanges,
    client,
    errors,
    source,
    data: new PlainMarketData(source, createCandles(source, { clock, timeoutMs: 3 * timeoutMs })),
    close: () => exchanges.close(),
  };
}

/** Candles of any timeframe, cached from now on. `timeoutMs` is the deadline of a query. */
export function createCandles(
  source: MarketSource,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Pick<MarketData, 'fetchCandles'> {
  const stored = new CandleStore({ source, clock, ttlMs: 1, timeoutMs });
  return createAnyTimeframe({ source, stored, clock });
}

/** Loads the markets. Tries again if a busy machine misses a short deadline, because the load continues past it. */
export async function loadMarkets({ client }: VenueClient): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    if (
      await client.markets().then(
        () => true,
        () => false,
      )
    ) {
      return;
    }
    // After several failures in a row, the exchange is not called for a moment.
    while (client.status.circuit === 'open') await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await client.markets();
}

/** The MarketDataError that the promise rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<MarketDataError> {
  const outcome = await promise.then(
    () => 'it was answered',
    (error: unknown) => error,
  );
  return requireError(outcome);
}

/** The value as a MarketDataError; anything else fails the test. */
export function requireError(value: unknown): MarketDataError {
  if (value instanceof MarketDataError) return value;
  throw new Error('not a MarketDataError', { cause: value });
}

/** Expects that the client's part of an error contains no addresses, bodies or stacks. */
export function expectDiscreet(error: MarketDataError): void {
  const { cause, ...seen } = error.details;
  const text = `${error.message} ${JSON.stringify(seen)}`;
  expect(text).not.toMatch(
    /https?:|127\.0\.0\.1|\/api\/|\/0\/public|\/v2\/|\/market\/|<|\n|\{.*"(?:msg|error)"|\.js|ccxt/i,
  );
  expect(text).not.toMatch(/secret/);
  if (cause instanceof Error) expect(text).not.toContain(cause.message);
}
