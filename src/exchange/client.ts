import type { Exchange } from 'ccxt';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../market/clock.ts';
import { MarketDataError } from '../market/error.ts';
import type { ExchangeInfo } from '../market/exchange.ts';
import type { Markets } from '../market/market.ts';
import type { ExchangeClass } from './ccxt.ts';
import { withDeadline } from './deadline.ts';
import { type CallSubject, toMarketDataError } from './errors.ts';
import { guardHttp } from './http.ts';
import { createMarketsLoader } from './markets.ts';
import { priceRequests } from './rules.ts';

/** ccxt constructor options of one exchange, as the exchange file gives them; `sandbox: true` chooses its test network. */
export type ExchangeOptions = Readonly<Record<string, unknown>>;

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
  /** Symbols that the exchange refused a moment ago although its markets list them, and how: not to be sent again yet. */
  readonly refused: LRUCache<string, MarketDataError>;
  /** How many calls may wait in ccxt's throttle at once without the last one missing its deadline there. */
  readonly parallelCalls: number;
  /** Runs one ccxt call under the deadline. Rejects with a MarketDataError about the subject. */
  call<T>(operation: (exchange: Exchange) => Promise<T>, subject?: Omit<CallSubject, 'exchange'>): Promise<T>;
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
  const { sandbox, ...options } = given.options;
  const exchange = new given.Class({
    timeout: timeoutMs,
    // ccxt would keep the last body and headers of each instance in memory.
    enableLastHttpResponse: false,
    enableLastResponseHeaders: false,
    ...options,
  });
  if (sandbox === true) enterSandbox(exchange);
  priceRequests(exchange);
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

  return {
    info,
    ccxt: exchange,
    refused: new LRUCache({ max: 1000, ttl: refusalMs, ttlResolution: 0, perf: clock }),
    parallelCalls: Math.min(mostParallelCalls, Math.max(1, Math.floor(timeoutMs / 2 / (exchange.rateLimit ?? 1000)))),
    // Loading may take several requests: who waits is under the deadline, the load itself goes on for the next.
    markets: async () => loader.current ?? bounded(loader.load(), { exchange: info.id }),
    call: (operation, subject) => bounded(operation(exchange), { exchange: info.id, ...subject }),
    close: async () => {
      loader.stop();
      await exchange.close();
      await exchange.fetchDispatcher?.destroy();
    },
  };
}

/** Throws NOT_SUPPORTED where there is no test network: ccxt would go on without any address. */
function enterSandbox(exchange: Exchange): void {
  if (!exchange.urls.test) {
    const message = `${exchange.id} has no test network: take sandbox out of its options.`;
    throw new MarketDataError('NOT_SUPPORTED', message, { exchange: exchange.id });
  }
  exchange.setSandboxMode(true);
}
