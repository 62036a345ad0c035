import { type Clock, sleep } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import { overlap } from '../reconcile/known-trades.ts';
import { lagMs } from '../reconcile/lag.ts';
import type { LiveTrades } from '../reconcile/trade-reconciler.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import { Backlog, type HistoryBudget } from './backlog.ts';
import { ResumedSubscription } from './resumed-subscription.ts';
import { retryUntil } from './retry-until.ts';
import { requirePast } from './since.ts';
import { fetchTradeHistory, type TradeHistory, type TradeHistoryOptions } from './trade-history.ts';
import { TradeSeam } from './trade-seam.ts';

export interface ResumeTradesOptions extends TradeHistoryOptions {
  /** The time until which failed calls for the history are repeated, epoch ms. */
  readonly endAt: number;
  readonly live: FeedSubscription<readonly Trade[]>;
  /** What is known about the live trades. */
  readonly known: LiveTrades;
  readonly clock: Clock;
  readonly budget: HistoryBudget;
}

/** The maximum number of historical trades in one event. */
const perEvent = 250;

/** How many messages of a market can wait while its history is fetched. A busy market has some hundreds a second. */
const maxMeanwhile = 10_000;

/** The wait between two calls while the answers of the exchange lag behind its stream, in ms. */
const pauseMs = 1000;

/** How much older than the newest known trade, and than now, a live trade can be, in ms: clocks differ. */
const tailMs = 120_000;

/**
 * After this time, in ms, a trade of the same time counts as the newest one: an exchange can stream a trade
 * differently.
 */
const strictMs = 3000;

/**
 * Sends the trades from `since` on, each once, then live trades.
 *
 * The live subscription was opened before and sends every trade that was not known then. The history, fetched
 * afterwards, must contain the newest trade that was known then: otherwise the answer lags behind the stream, and
 * trades in between are missing. Live trades that the history contains are left out.
 */
export async function resumeTrades(options: ResumeTradesOptions): Promise<ResumedSubscription<readonly Trade[]>> {
  const { exchange, symbol, since, endAt, live, known, clock, budget } = options;
  try {
    requirePast(since, clock.now(), { exchange, symbol });
    live.letWait(maxMeanwhile);
    await live.whenReady();
    const { newest } = known;
    const history = await retryUntil(clock, endAt, () => fetchWhole(options, newest));
    // From here on, events wait for the client.
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
        const wanted = seam.withoutHistory(event.value);
        if (wanted === event.value) return [event];
        return wanted.length === 0 ? [] : [{ key: event.key, value: wanted }];
      },
    });
  } catch (error) {
    void live.return();
    throw error;
  }
}

/** Fetches history until it contains the newest known trade. */
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
      const message = `${exchange} has streamed trades of ${symbol} that its answers still lack. Subscribe again.`;
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
