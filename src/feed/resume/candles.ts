import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { periodAfter } from '../../market/timeframe.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import { lagMs } from '../reconcile/lag.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import { Backlog, type HistoryBudget } from './backlog.ts';
import { type CandleSpan, fetchCandleHistory } from './candle-history.ts';
import { ResumedSubscription } from './resumed-subscription.ts';
import { retryUntil } from './retry-until.ts';
import { requirePast } from './since.ts';

export interface ResumeCandlesOptions {
  readonly series: CandleSeries;
  /** Epoch ms. */
  readonly since: number;
  /** The time until which failed calls for the history are repeated, epoch ms. */
  readonly endAt: number;
  readonly live: FeedSubscription<Candle>;
  /** The last candle that live subscribers have received as closed; null if there is none. */
  readonly lastClosed: () => Candle | null;
  readonly marketData: Pick<MarketData, 'fetchCandles'>;
  readonly clock: Clock;
  readonly budget: HistoryBudget;
}

/**
 * Sends the candles that begin at `since` or later, each closed candle once, then live candles.
 *
 * The live subscription is opened before history is fetched. Its first candle is the seam: all candles before it have
 * closed and are history, and the live subscription leaves out none after it. If the market has no candle yet, or has
 * long been idle, the live subscription sends nothing at first. Then the history ends with the candles that closed some
 * time ago. When the first live candle arrives, the candles in between are fetched and sent before it.
 */
export async function resumeCandles(options: ResumeCandlesOptions): Promise<ResumedSubscription<Candle>> {
  const { series, since, endAt, live, clock, budget } = options;
  try {
    requirePast(since, clock.now(), series);
    await live.whenReady();
    const first = live.latest.some(({ value }) => !(value instanceof MarketDataError)) ? await live.next() : null;
    const seam = new CandleSeam(options);
    const backlog = new Backlog<Candle>(budget);
    const read = (): Promise<readonly FeedEvent<Candle>[]> =>
      first && !first.done ? seam.before(first.value) : seam.past();
    backlog.add(await retryUntil(clock, endAt, read));
    return new ResumedSubscription({ backlog, live, admit: (event) => seam.admit(event) });
  } catch (error) {
    void live.return();
    throw error;
  }
}

class CandleSeam {
  readonly #options: ResumeCandlesOptions;
  /** Candles that begin before this time have been sent or are not wanted, epoch ms. */
  #from: number;
  /** True once all history before the live candles has been sent. */
  #isJoined = false;

  constructor(options: ResumeCandlesOptions) {
    this.#options = options;
    this.#from = options.since;
  }

  /** Returns all history before a live event, then the event. */
  async before(event: FeedEvent<Candle>): Promise<readonly FeedEvent<Candle>[]> {
    const { value } = event;
    if (value instanceof MarketDataError) throw value;
    const { timestamp } = value;
    const missed = timestamp > this.#from ? await this.#fetch({ since: this.#from, until: timestamp }) : [];
    const isWanted = timestamp >= this.#from;
    this.#isJoined = true;
    this.#from = Math.max(this.#from, timestamp);
    return [...missed.map(toClosedEvent), ...(isWanted ? [event] : [])];
  }

  /** Returns the history if there is no live candle yet. */
  async past(): Promise<readonly FeedEvent<Candle>[]> {
    const { series, clock } = this.#options;
    const askedAt = clock.now();
    if (this.#from > askedAt) return [];
    const candles = await this.#fetch({ since: this.#from });
    const closed = candles.filter(({ timestamp }) => periodAfter(series.timeframe, timestamp) + lagMs <= askedAt);
    const last = closed.at(-1);
    if (last) this.#from = last.timestamp + 1;
    return closed.map(toClosedEvent);
  }

  admit(event: FeedEvent<Candle>): readonly FeedEvent<Candle>[] | Promise<readonly FeedEvent<Candle>[]> {
    const { value } = event;
    if (value instanceof MarketDataError) return [event];
    if (value.timestamp < this.#from) return [];
    return this.#isJoined ? [event] : this.before(event);
  }

  async #fetch(span: CandleSpan): Promise<readonly Candle[]> {
    const { marketData, series, lastClosed } = this.#options;
    // Answers of the exchange can lack the newest changes of the last candle, which its stream has sent already.
    const last = lastClosed();
    const candles = await fetchCandleHistory(marketData, series, span);
    if (!last || last.timestamp < span.since || last.timestamp >= (span.until ?? 0)) return candles;
    const fetched = candles.find(({ timestamp }) => timestamp === last.timestamp);
    if (fetched && fetched.volume >= last.volume) return candles;
    const others = candles.filter((candle) => candle !== fetched);
    return [...others, last].sort((a, b) => a.timestamp - b.timestamp);
  }
}

function toClosedEvent(candle: Candle): FeedEvent<Candle> {
  const value = candle.closed ? candle : Object.freeze({ ...candle, closed: true });
  return { key: String(candle.timestamp), value };
}
