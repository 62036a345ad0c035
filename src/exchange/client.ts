import type { Exchange } from 'ccxt';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../market/clock.ts';
import { withDeadline } from '../market/deadline.ts';
import { MarketDataError } from '../market/error.ts';
import type { ExchangeInfo } from '../market/exchange.ts';
import type { Markets } from '../market/market.ts';
import { type CandleMemory, createCandleMemory } from './candle-memory.ts';
import type { ExchangeClass } from './ccxt.ts';
import { type CallSubject, toMarketDataError } from './errors.ts';
import { guardHttp } from './http.ts';
import { createInstance, type ExchangeOptions } from './instance.ts';
import { createMarketsLoader } from './markets.ts';
import { createStreamInstance, type StreamInstance } from './streams/instance.ts';

/** How long a refused symbol is not sent again, in ms: it would spoil the batch of the others each time. */
const refusalMs = 60_000;

/** No exchange is sent more single calls at a time than this. */
const mostParallelCalls = 10;

/** One exchange's long-lived ccxt instance, behind a deadline and typed errors. */
export interface ExchangeClient {
  readonly info: ExchangeInfo;
  readonly ccxt: Exchange;
  /** The exchange's markets, loaded on first use. Rejects with a MarketDataError. */
  markets(): Promise<Markets>;
  /** The markets as last loaded; null before the first load. */
  readonly currentMarkets: Markets | null;
  /** Symbols that the exchange refused a moment ago although its markets list them, and how: not to be sent again yet. */
  readonly refused: LRUCache<string, MarketDataError>;
  /** Kinds of calls that the exchange takes without a limit only, or not at all in the form that we would like best. */
  readonly refusedLimits: Set<string>;
  readonly candles: CandleMemory;
  /** How many calls may wait in ccxt's throttle at once without the last one missing its deadline there. */
  readonly parallelCalls: number;
  /** Runs one ccxt call under the deadline. Rejects with a MarketDataError about the subject. */
  call<T>(operation: (exchange: Exchange) => Promise<T>, subject?: Omit<CallSubject, 'exchange'>): Promise<T>;
  /**
   * A ccxt instance of its own for streams: with the same options, markets and throttle, so that it can be closed and
   * made anew while this one goes on. Rejects with a MarketDataError.
   */
  openStreamInstance(): Promise<StreamInstance>;
  close(): Promise<void>;
}

export interface ExchangeClientOptions {
  readonly info: ExchangeInfo;
  readonly Class: ExchangeClass;
  readonly options: ExchangeOptions;
  readonly clock: Clock;
  readonly random: () => number;
  /** Deadline of one call, its wait in ccxt's throttle and its body included. */
  readonly timeoutMs: number;
  /** Called with what a failed call threw, before it becomes a MarketDataError. */
  readonly onError: (exchange: string, error: unknown) => void;
}

export function createExchangeClient(given: ExchangeClientOptions): ExchangeClient {
  const { info, clock, random, timeoutMs, onError } = given;
  const exchange = createInstance(given.Class, given.options, timeoutMs);
  const failureOf = guardHttp(exchange, timeoutMs);
  const loader = createMarketsLoader({ exchange, clock, random, onRefreshError: (error) => onError(info.id, error) });

  function bounded<T>(promise: Promise<T>, subject: CallSubject): Promise<T> {
    const late = (): MarketDataError => {
      const message = `${info.id} did not answer within ${timeoutMs} ms.`;
      return new MarketDataError('TIMEOUT', message, { ...subject });
    };
    return withDeadline(clock, timeoutMs, promise, late).catch((error: unknown) => {
      onError(info.id, error);
      throw toMarketDataError(error, subject, failureOf(error));
    });
  }

  // Loading may take several requests: who waits is under the deadline, the load itself goes on for the next.
  const markets = async (): Promise<Markets> => loader.current ?? bounded(loader.load(), { exchange: info.id });

  return {
    info,
    ccxt: exchange,
    refused: new LRUCache({ max: 1000, ttl: refusalMs, ttlResolution: 0, perf: clock }),
    refusedLimits: new Set(),
    candles: createCandleMemory(clock),
    parallelCalls: Math.min(mostParallelCalls, Math.max(1, Math.floor(timeoutMs / 2 / (exchange.rateLimit ?? 1000)))),
    markets,
    get currentMarkets() {
      return loader.current;
    },
    openStreamInstance: async () => {
      await markets();
      return createStreamInstance(exchange, createInstance(given.Class, given.options, timeoutMs), clock, timeoutMs);
    },
    call: (operation, subject) => bounded(operation(exchange), { exchange: info.id, ...subject }),
    close: async () => {
      loader.stop();
      await exchange.close();
      await exchange.fetchDispatcher?.destroy();
    },
  };
}
