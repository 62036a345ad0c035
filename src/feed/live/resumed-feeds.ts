import type { Clock } from '../../base/clock.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { CandleReconciler } from '../reconcile/candles/candle-reconciler.ts';
import type { LiveTrades } from '../reconcile/trade-reconciler.ts';
import { HistoryBudget } from '../resume/backlog.ts';
import { resumeCandles } from '../resume/candles.ts';
import type { ResumedSubscription } from '../resume/resumed-subscription.ts';
import { SharedCalls } from '../resume/shared-calls.ts';
import { resumeTrades } from '../resume/trades.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';

type Market = Pick<Trade, 'exchange' | 'symbol'>;

export interface ResumedFeedsOptions {
  readonly marketData: MarketData;
  readonly clock: Clock;
  /** What is known about live candles; undefined for a series that is not live. */
  readonly findCandles: (series: CandleSeries) => Pick<CandleReconciler, 'closed'> | undefined;
  /** What is known about live trades; undefined for a market that is not live. */
  readonly findTrades: (market: Market) => LiveTrades | undefined;
}

/** Stands for a market that is no longer live. */
const nothingKnown: LiveTrades = { newest: null, hasFetchedId: () => true };

/**
 * Puts history before live subscriptions. They share one budget for the history they hold, and calls for the same
 * trades.
 */
export class ResumedFeeds {
  readonly #options: ResumedFeedsOptions;
  readonly #budget = new HistoryBudget();
  readonly #newestTrades = new SharedCalls<readonly Trade[]>();
  readonly #tradePages = new SharedCalls<readonly Trade[]>();

  constructor(options: ResumedFeedsOptions) {
    this.#options = options;
  }

  /** Number of historical candles and trades that subscriptions have not sent yet. */
  get heldHistory(): number {
    return this.#budget.held;
  }

  candles(
    live: FeedSubscription<Candle>,
    given: CandleSeries,
    since: number,
    endAt: number,
  ): Promise<ResumedSubscription<Candle>> {
    const { marketData, clock, findCandles } = this.#options;
    const series = { ...given, exchange: marketData.exchange(given.exchange).id };
    const known = findCandles(series);
    const lastClosed = (): Candle | null => known?.closed ?? null;
    return resumeCandles({ live, series, since, endAt, lastClosed, marketData, clock, budget: this.#budget });
  }

  trades(
    live: FeedSubscription<readonly Trade[]>,
    { exchange, symbol }: Market,
    since: number,
    endAt: number,
  ): Promise<ResumedSubscription<readonly Trade[]>> {
    const { marketData, clock, findTrades } = this.#options;
    const market = { exchange: marketData.exchange(exchange).id, symbol };
    const known = findTrades(market) ?? nothingKnown;
    const history = { ...market, since, marketData, newest: this.#newestTrades, pages: this.#tradePages };
    return resumeTrades({ ...history, endAt, live, known, clock, budget: this.#budget });
  }
}
