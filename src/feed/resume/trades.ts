import { type Clock, sleep } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import { overlap } from '../reconcile/known-trades.ts';
import { lagMs } from '../reconcile/latest-reconciler.ts';
import type { LiveTrades } from '../reconcile/trade-reconciler.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import { Backlog, type HistoryBudget } from './backlog.ts';
import { ResumedSubscription } from './resumed-subscription.ts';
import { retryUntil } from './retry-until.ts';
import { requirePast } from './since.ts';
import { fetchTradeHistory, type TradeHistory, type TradeHistoryOptions } from './trade-history.ts';
import { TradeSeam } from './trade-seam.ts';

export interface ResumeTradesOptions extends TradeHistoryOptions {
  /** Until when history that cannot be had at present is asked for again, epoch ms. */
  readonly endAt: number;
  readonly live: FeedSubscription<readonly Trade[]>;
  /** What is known of the live trades. */
  readonly known: LiveTrades;
  readonly clock: Clock;
  readonly budget: HistoryBudget;
}

/** How many trades of the past one event holds. */
const perEvent = 250;

/** How many messages of a market may come while its history is fetched: some hundreds a second for as long as that may take. */
const maxMeanwhile = 10_000;

/** How long to wait between two looks whether the exchange's answers have caught up with its stream, in ms. */
const pauseMs = 1000;

/** Live trades may be so much older than the newest one that was known, and than this moment, in ms: clocks differ. */
const tailMs = 120_000;

/** After so long a trade of the same time stands for the newest one: exchanges may stream trades otherwise than they give them. */
const strictMs = 3000;

/**
 * The trades from `since` on, each once, then what is live.
 *
 * The live subscription was opened before: it tells every trade that was not known then. The history that is fetched
 * afterwards must have the newest one that was, since an exchange's answers may be behind its stream, and so has all
 * before it. What the history has had is left out of the live trades.
 */
export async function resumeTrades(options: ResumeTradesOptions): Promise<ResumedSubscription<readonly Trade[]>> {
  const { exchange, symbol, since, endAt, live, known, clock, budget } = options;
  try {
    requirePast(since, clock.now(), { exchange, symbol });
    live.letWait(maxMeanwhile);
    await live.whenStarted();
    const { newest } = known;
    const history = await retryUntil(clock, endAt, () => fetchWhole(options, newest));
    // From here on it is the client that they wait for.
    live.letWait();
    const liveFrom = Math.min(newest?.timestamp ?? 0, clock.now()) - tailMs;
    const seam = new TradeSeam({ history, live: known, liveFrom });
    const backlog = new Backlog<readonly Trade[]>(budget);
    backlog.add(toEvents(history.trades));
    return new ResumedSubscription({
      backlog,
      live,
      admit: (event) => {
        if (event.value instanceof MarketDataError) return [event];
        const news = seam.newsOf(event.value);
        if (news === event.value) return [event];
        return news.length === 0 ? [] : [{ key: event.key, value: news }];
      },
    });
  } catch (error) {
    void live.return();
    throw error;
  }
}

/** History that has the newest trade which is known. */
async function fetchWhole(options: ResumeTradesOptions, newest: Trade | null): Promise<TradeHistory> {
  const { exchange, symbol, known, clock } = options;
  const askedAt = clock.now();
  while (true) {
    const history = await fetchTradeHistory(options);
    const waitedMs = clock.now() - askedAt;
    const isWhole =
      !newest || newest.timestamp < history.from || reaches(history.trades, newest, known, waitedMs < strictMs);
    if (isWhole) return history;
    if (waitedMs >= lagMs) {
      const message = `${exchange} does not give the newest trades of ${symbol} yet that it has streamed: subscribe again.`;
      throw new MarketDataError('EXCHANGE_UNAVAILABLE', message, { exchange, symbol });
    }
    await sleep(clock, pauseMs);
  }
}

function reaches(history: readonly Trade[], newest: Trade, known: LiveTrades, isStrict: boolean): boolean {
  const last = history.at(-1);
  if (!last) return false;
  const hasIt = known.hasFetchedId(newest) ? history.some(({ id }) => id === newest.id) : overlap([newest], history);
  if (hasIt || last.timestamp > newest.timestamp) return true;
  const isCoarse = history.every(({ timestamp }) => timestamp % 1000 === 0);
  return !isStrict && last.timestamp >= newest.timestamp - (isCoarse ? newest.timestamp % 1000 : 0);
}

function toEvents(trades: readonly Trade[]): readonly FeedEvent<readonly Trade[]>[] {
  return Array.from({ length: Math.ceil(trades.length / perEvent) }, (_, index) => ({
    key: `history ${index}`,
    value: Object.freeze(trades.slice(index * perEvent, (index + 1) * perEvent)),
  }));
}
