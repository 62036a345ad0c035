import type { Exchange } from 'ccxt';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import type { ExchangeInfo } from '../../market/model/exchange.ts';
import type { Markets } from '../../market/model/market.ts';
import type { Operation } from '../access/attempts.ts';
import type { CallerListeners } from '../access/call-listeners.ts';
import type { CircuitStatus } from '../access/circuits.ts';
import type { CallSubject } from '../access/errors.ts';
import { ExchangeCaller, type ExchangeStatus } from '../access/exchange-caller.ts';
import { ThrottleGauge } from '../access/throttle.ts';
import type { ExchangeClass } from '../ccxt/load-ccxt.ts';
import { refillThrottle } from '../ccxt/refill-throttle.ts';
import { type FailureLookup, guardHttp } from '../http/http-guard.ts';
import { RequestInterception } from '../http/request-interception.ts';
import { limitUrlLength } from '../http/url-limit.ts';
import { BatchLimits } from '../learned/batch-limits.ts';
import { type CandleMemory, createCandleMemory } from '../learned/candle-memory.ts';
import { FundingIntervalMemory } from '../learned/funding-intervals.ts';
import { LimitMemory } from '../learned/limit-memory.ts';
import { TickerCoverage } from '../learned/ticker-coverage.ts';
import { MarketsLoader, type MarketsLoaderOptions } from '../markets/markets-loader.ts';
import type { MissingMarketsStatus } from '../markets/missing-markets.ts';
import { createInstance, type ExchangeOptions } from './instance.ts';
import { createStreamInstance, type StreamInstance } from './stream-instance.ts';
import { isolateTickerRows } from './ticker-rows.ts';

/** How long a refused symbol is not sent again, in ms. It would make each batch with other symbols fail. */
const refusalMs = 60_000;

/** No exchange gets more parallel calls for one kind of market than this. */
const maxParallelCalls = 10;

/** The state of the calls to one exchange, and of its list of markets. */
export interface ClientStatus extends ExchangeStatus {
  /** How many markets are left out because ccxt could not determine their symbol, base or quote. */
  readonly unnamedMarkets: number;
}

/** One exchange's long-lived ccxt instance, behind queues, circuits, a deadline and typed errors. */
export interface ExchangeClient {
  readonly info: ExchangeInfo;
  readonly ccxt: Exchange;
  /** The exchange's markets, loaded on first use. Rejects with a MarketDataError. */
  markets(): Promise<Markets>;
  /** The markets as last loaded; null before the first load. */
  readonly currentMarkets: Markets | null;
  /**
   * Symbols that the exchange refused a moment ago although it lists them, with the error: they are not sent again yet.
   */
  readonly refused: LRUCache<string, MarketDataError>;
  /** Which limits the exchange accepts in calls. */
  readonly limits: LimitMemory;
  /** What the exchange accepts in one call for several tickers, as far as it has been learned. */
  readonly batchLimits: BatchLimits;
  /** Which kinds of market a call for all tickers brings, as far as it has been learned. */
  readonly tickerCoverage: TickerCoverage;
  readonly fundingIntervals: FundingIntervalMemory;
  readonly failureOf: FailureLookup;
  readonly candles: CandleMemory;
  /**
   * How many calls run at once: as many as can wait in ccxt's throttle without the last one missing its deadline there.
   */
  readonly parallelCalls: number;
  readonly status: ClientStatus;
  /** One for each host that requests went to, and for each kind of market that was requested there. */
  readonly circuits: readonly CircuitStatus[];
  /** Which of its markets could not be listed; null when none are missing. */
  readonly missingMarkets: MissingMarketsStatus | null;
  /**
   * Makes one ccxt call when its turn comes, under the deadline. Rejects with a MarketDataError about the subject:
   * OVERLOADED when too many calls wait already, or the error that opened the circuit of its host, without a request. A
   * call for several symbols, all of one kind of market, gives one of them as `example`.
   */
  call<T>(operation: Operation<T>, subject?: Omit<CallSubject, 'exchange'>, example?: string): Promise<T>;
  /** The same client for calls for which nobody waits, because an earlier value still answers: they yield to others. */
  readonly renewing: ExchangeClient;
  /**
   * A separate ccxt instance for streams, with the same options, markets and throttle, so that it can be closed and
   * replaced without affecting this one. Rejects with a MarketDataError.
   */
  openStreamInstance(): Promise<StreamInstance>;
  close(): Promise<void>;
}

export interface ExchangeClientOptions extends CallerListeners, Pick<MarketsLoaderOptions, 'onMissingMarkets'> {
  readonly info: ExchangeInfo;
  readonly Class: ExchangeClass;
  readonly options: ExchangeOptions;
  readonly clock: Clock;
  readonly random: () => number;
  /** Deadline of one call from its turn on, including its body. */
  readonly timeoutMs: number;
  /** How many calls for one kind of market may wait for their turn; 100 by default. */
  readonly maxQueuedCalls?: number;
  /** Called when the number of markets that are left out of the exchange's list has changed. */
  readonly onUnnamedMarkets?: (exchange: string, count: number) => void;
}

export function createExchangeClient(given: ExchangeClientOptions): ExchangeClient {
  const { info, clock, random, timeoutMs, maxQueuedCalls: maxWaiting = 100 } = given;
  const exchange = createInstance(given.Class, given.options, timeoutMs);
  const parallelCalls = countParallelCalls(exchange, timeoutMs);
  refillThrottle(exchange);
  isolateTickerRows(exchange);
  limitUrlLength(exchange);
  const failureOf = guardHttp(exchange, timeoutMs);
  const caller = new ExchangeCaller({
    ...given,
    exchange: info.id,
    concurrency: parallelCalls,
    maxWaiting,
    throttle: new ThrottleGauge(exchange),
    failureOf,
    requests: new RequestInterception(exchange),
  });
  const { onMissingMarkets = () => {} } = given;
  const loader = new MarketsLoader({
    exchange,
    clock,
    random,
    attempt: (load) => caller.load(load),
    onMissingMarkets,
    onUnnamed: (count) => given.onUnnamedMarkets?.(info.id, count),
  });

  // Loading can take several requests. Each waiting call has its own deadline; the load continues for the next call.
  const markets = async (): Promise<Markets> => loader.current ?? caller.within(loader.load(), { exchange: info.id });

  const client: ExchangeClient = {
    info,
    ccxt: exchange,
    refused: new LRUCache({ max: 1000, ttl: refusalMs, ttlResolution: 0, perf: clock }),
    limits: new LimitMemory(clock),
    batchLimits: new BatchLimits(clock),
    tickerCoverage: new TickerCoverage(clock),
    fundingIntervals: new FundingIntervalMemory(clock),
    failureOf,
    candles: createCandleMemory(clock),
    parallelCalls,
    get status() {
      return { ...caller.status, unnamedMarkets: loader.unnamedCount };
    },
    get circuits() {
      return caller.circuits;
    },
    get missingMarkets() {
      return loader.missingMarkets;
    },
    markets,
    get currentMarkets() {
      return loader.current;
    },
    openStreamInstance: async () => {
      await markets();
      return createStreamInstance(exchange, createInstance(given.Class, given.options, timeoutMs), clock, timeoutMs);
    },
    call: (operation, subject, example) => caller.call(operation, { exchange: info.id, ...subject }, example),
    close: async () => {
      loader.stop();
      caller.close();
      await exchange.close();
      await exchange.fetchDispatcher?.destroy();
    },
    get renewing() {
      return renewing;
    },
  };
  const call: ExchangeClient['call'] = (operation, subject, example) =>
    caller.call(operation, { exchange: info.id, ...subject }, example, true);
  const renewing: ExchangeClient = Object.create(client, { call: { value: call } });
  return client;
}

function countParallelCalls({ enableRateLimit, rateLimit = 1000 }: Exchange, timeoutMs: number): number {
  if (!enableRateLimit) return maxParallelCalls;
  return Math.min(maxParallelCalls, Math.max(1, Math.floor(timeoutMs / 2 / rateLimit)));
}
