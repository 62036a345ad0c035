import type { Clock } from '../../../base/clock.ts';
import { type Candle, isSameCandle } from '../../../market/model/candle.ts';
import { toStale } from '../../../market/model/staleness.ts';
import { periodAfter, periodStart } from '../../../market/timeframe.ts';
import type { FeedEvent } from '../feed-event.ts';
import { lagMs } from '../lag.ts';

/**
 * How long a candle can still change after its period and after its last change, in ms: exchange clocks differ from
 * ours.
 */
const graceMs = 2000;

/**
 * The candles of one series in the order in which subscribers receive them. At most one candle is forming, and each
 * closes once before the next one begins. A candle has closed when a later one exists, or when a call says so that was
 * made some time after the candle's period and its last change.
 */
export class CandleSequence {
  readonly #timeframe: string;
  readonly #clock: Clock;
  #forming: Candle | null = null;
  #closed: Candle | null = null;
  /** When the forming candle last changed, epoch ms. */
  #changedAt = 0;
  /** The earliest time of the next call that checks whether the forming candle has closed, epoch ms. */
  #askAt = 0;
  /**
   * Start of the period in which the sequence began, epoch ms: no later candle is left out. Null once candles are lost.
   */
  #startAt: number | null;

  constructor(timeframe: string, clock: Clock) {
    this.#timeframe = timeframe;
    this.#clock = clock;
    this.#startAt = periodStart(timeframe, clock.now());
  }

  get forming(): Candle | null {
    return this.#forming;
  }

  /** The last candle that subscribers have received as closed; null if there is none. */
  get closed(): Candle | null {
    return this.#closed;
  }

  /** The newest candle that subscribers have received; null if there is none. */
  get last(): Candle | null {
    return this.#forming ?? this.#closed;
  }

  get isEmpty(): boolean {
    return this.last === null;
  }

  /** Start of the newest candle, or of the period in which the sequence began, epoch ms; null if neither is known. */
  get from(): number | null {
    return this.last?.timestamp ?? this.#startAt;
  }

  /** Start of the next period, epoch ms: a candle after it shows a gap. Null if any candle can follow. */
  get nextStart(): number | null {
    const { last } = this;
    return last ? this.#endOf(last) : this.#startAt;
  }

  /** When a call must check whether the forming candle has closed, epoch ms; null while none is forming. */
  get dueAt(): number | null {
    if (!this.#forming) return null;
    return Math.max(this.#endOf(this.#forming) + graceMs, this.#changedAt + graceMs, this.#askAt);
  }

  /** True if the candles show a trade that the newest candle does not include. */
  hasMoved(candles: readonly Candle[]): boolean {
    const { last } = this;
    if (!last) return false;
    return candles.some(({ timestamp, volume }) =>
      timestamp === last.timestamp ? volume > last.volume : timestamp > last.timestamp && volume > 0,
    );
  }

  /** Leaves out history: while there is no candle yet, those that began before the sequence, except for the newest. */
  withoutHistory<C extends Candle>(candles: readonly C[]): readonly C[] {
    const since = this.#startAt;
    if (!this.isEmpty) return candles;
    const recent = since === null ? [] : candles.filter(({ timestamp }) => timestamp >= since);
    return recent.length > 0 ? recent : candles.slice(-1);
  }

  /**
   * Continues with the next candle or a new version of the forming one, and adds the events that subscribers receive. A
   * version that is marked stale, from a sender whose exchange fails, stays marked.
   */
  advance(candle: Candle, hasClosed: boolean, events: FeedEvent<Candle>[]): void {
    const forming = this.#forming;
    const from = forming?.timestamp ?? (this.#closed?.timestamp ?? Number.NEGATIVE_INFINITY) + 1;
    if (candle.timestamp < from) return;
    if (forming && candle.timestamp > forming.timestamp) this.#close(forming, events);
    if (hasClosed) {
      this.#close(candle, events);
      return;
    }
    const next = Object.freeze({ ...valuesOf(candle), closed: false, stale: candle.stale ?? false });
    if (this.#forming && isSameCandle(this.#forming, next)) return;
    this.#forming = next;
    this.#changedAt = this.#clock.now();
    events.push(toEvent(next));
  }

  /** True if the candle closed so long before `asOf`, the time of the call, that it can no longer change. */
  hadClosed(candle: Candle, asOf: number): boolean {
    return candle.closed && asOf >= this.#endOf(candle) + lagMs;
  }

  /** Closes the forming candle if its period and the time of grace have passed without a later candle. */
  closeElapsed(fetched: readonly Candle[], asOf: number, events: FeedEvent<Candle>[]): void {
    const { dueAt } = this;
    const forming = this.#forming;
    if (!forming || dueAt === null || asOf < dueAt) return;
    const same = fetched.find(({ timestamp }) => timestamp === forming.timestamp);
    // Some periods are longer than the timeframe says.
    if (same?.closed === false) this.#askAt = asOf + lagMs;
    else this.#close(forming, events);
  }

  /** Marks the forming candle stale and returns the events that subscribers receive. */
  markStale(): readonly FeedEvent<Candle>[] {
    if (!this.#forming || this.#forming.stale) return [];
    this.#forming = toStale(this.#forming);
    return [toEvent(this.#forming)];
  }

  /** The forming candle is up to date after all. Returns the events that subscribers receive. */
  unmarkStale(): readonly FeedEvent<Candle>[] {
    if (!this.#forming?.stale) return [];
    this.#forming = Object.freeze({ ...this.#forming, stale: false });
    return [toEvent(this.#forming)];
  }

  /** Starts again with the candle that comes next. The final values of the forming candle stay unknown. */
  clear(): void {
    this.#forming = null;
    this.#closed = null;
    this.#startAt = null;
  }

  #close(candle: Candle, events: FeedEvent<Candle>[]): void {
    this.#closed = Object.freeze({ ...valuesOf(candle), closed: true, stale: false });
    this.#forming = null;
    events.push(toEvent(this.#closed));
  }

  #endOf({ timestamp }: Candle): number {
    return periodAfter(this.#timeframe, timestamp);
  }
}

function valuesOf({ timestamp, open, high, low, close, volume }: Candle) {
  return { timestamp, open, high, low, close, volume };
}

export function toEvent(candle: Candle): FeedEvent<Candle> {
  return { key: String(candle.timestamp), value: candle };
}
