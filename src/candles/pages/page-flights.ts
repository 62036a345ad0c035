import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../../base/clock.ts';
import { toKindKey, toMarketKey } from '../../market/market-ref.ts';
import type { CandleSeries } from '../../market/model/candle.ts';
import type { FetchOptions } from '../../market/ports/market-data.ts';
import type { CandlePage } from './candle-page.ts';
import type { PageLayout } from './page-layout.ts';
import type { PageRun } from './page-runs.ts';
import type { AwaitedCall } from './waiter.ts';

/** A call for pages. It is not made if no query waits for it any longer when its turn comes. */
export interface Flight extends AwaitedCall {
  readonly pages: Promise<ReadonlyMap<number, CandlePage>>;
  /** When it was made, epoch ms; null while it waits for its turn. */
  askedAt: number | null;
  /** The lowest maximum age that the waiting queries accept. */
  maxAgeMs: number;
}

export interface PageFlightsOptions {
  readonly clock: Clock;
  /** Makes the call for pages; `askedAt` is now, epoch ms. */
  readonly fetch: (
    series: CandleSeries,
    layout: PageLayout,
    run: PageRun,
    askedAt: number,
    options: FetchOptions | undefined,
  ) => Promise<ReadonlyMap<number, CandlePage>>;
}

/** How many calls for candles of one kind of market run in parallel per exchange, so that other calls get their turn. */
const parallelCalls = 3;

/** The calls for pages that wait for their turn or are in progress: the newest one for each page. */
export class PageFlights {
  readonly #options: PageFlightsOptions;
  readonly #flights = new Map<string, Flight>();
  readonly #limiters = new Map<string, LimitFunction>();

  constructor(options: PageFlightsOptions) {
    this.#options = options;
  }

  get(key: string): Flight | undefined {
    return this.#flights.get(key);
  }

  /** Starts a call. A renewal is made even if no query waits for it. */
  start(series: CandleSeries, layout: PageLayout, run: PageRun, isRenewal: boolean): Flight {
    const end = (): void => {
      for (const { page } of run.pages) {
        const key = toPageKey(series, page);
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      }
    };
    const depart = async (): Promise<ReadonlyMap<number, CandlePage>> => {
      flight.askedAt = this.#options.clock.now();
      if (isRenewal) return await this.#options.fetch(series, layout, run, flight.askedAt, { isRenewal });
      if (flight.waiterCount > 0) {
        const { maxAgeMs } = flight;
        return await this.#options.fetch(
          series,
          layout,
          run,
          flight.askedAt,
          Number.isFinite(maxAgeMs) ? { maxAgeMs } : undefined,
        );
      }
      // This happens immediately, so that no query joins a call that will not be made.
      end();
      return new Map();
    };
    // A renewal waits in the queue of the exchange, where it yields to other calls, and takes no place from them here.
    const departed = isRenewal ? Promise.resolve().then(depart) : this.#limiterOf(series)(depart);
    const flight: Flight = {
      pages: departed.finally(end),
      waiterCount: 0,
      askedAt: null,
      maxAgeMs: Number.POSITIVE_INFINITY,
    };
    // If all queries have left, nothing handles its failure.
    flight.pages.catch(() => {});
    for (const { page } of run.pages) this.#flights.set(toPageKey(series, page), flight);
    return flight;
  }

  #limiterOf(series: CandleSeries): LimitFunction {
    const key = toKindKey(series);
    const limiter = this.#limiters.get(key) ?? pLimit(parallelCalls);
    this.#limiters.set(key, limiter);
    return limiter;
  }
}

/** False if the call was made before the needed candles existed. */
export function serves(layout: PageLayout, flight: Flight, until: number, maxAgeMs: number, now: number): boolean {
  const { askedAt } = flight;
  if (askedAt === null) return true;
  if (until <= layout.settledBefore(askedAt)) return true;
  return maxAgeMs !== 0 && flight.maxAgeMs <= maxAgeMs && now < layout.freshUntil({ askedAt, receivedAt: now });
}

export function toPageKey(series: CandleSeries, page: number): string {
  return `${toMarketKey(series)}\n${series.timeframe}\n${page}`;
}
