import type { Clock } from '../../base/clock.ts';
import { type Candle, isSameCandle } from '../../market/model/candle.ts';
import { toStale } from '../../market/model/staleness.ts';
import { periodAfter, periodStart } from '../../market/timeframe.ts';
import type { FeedEvent } from './feed-event.ts';
import { lagMs } from './lag.ts';

/** How long after its period, and after its last change, a candle may still change: clocks of exchanges differ from ours. In ms. */
const graceMs = 2000;

/**
 * The candles of one series as subscribers receive them, one after the other: at most one is forming, and each closes
 * once before the next one begins. A candle has closed when a later one is there, or when an answer says so that was
 * asked for some time after its period and its last change.
 */
export class CandleSequence {
  readonly #timeframe: string;
  readonly #clock: Clock;
  #forming: Candle | null = null;
  #closed: Candle | null = null;
  /** When the forming candle changed last, epoch ms. */
  #changedAt = 0;
  /** Not before this is it asked again whether the forming candle has closed, epoch ms. */
  #askAt = 0;
  /** Start of the period in which it began, epoch ms: no candle from then on is left out. Null once some are lost. */
  #startAt: number | null;

  constructor(timeframe: string, clock: Clock) {
    this.#timeframe = timeframe;
    this.#clock = clock;
    this.#startAt = periodStart(timeframe, clock.now());
  }

  get forming(): Candle | null {
    return this.#forming;
  }

  /** The last candle that subscribers have received as closed; null where there is none. */
  get closed(): Candle | null {
    return this.#closed;
  }

  /** The newest candle that subscribers have received; null where there is none. */
  get last(): Candle | null {
    return this.#forming ?? this.#closed;
  }

  get isEmpty(): boolean {
    return this.last === null;
  }

  /** Start of the newest candle, or of the period in which the sequence began, epoch ms; null where neither is known. */
  get from(): number | null {
    return this.last?.timestamp ?? this.#startAt;
  }

  /** Start of the period that follows, epoch ms: a later candle shows a gap. Null where any candle may follow. */
  get nextStart(): number | null {
    const { last } = this;
    return last ? this.#endOf(last) : this.#startAt;
  }

  /** When the exchange must be asked whether the forming candle has closed, epoch ms; null while none is forming. */
  get dueAt(): number | null {
    if (!this.#forming) return null;
    return Math.max(this.#endOf(this.#forming) + graceMs, this.#changedAt + graceMs, this.#askAt);
  }

  /** True when there was a trade since the newest candle. */
  hasMoved(candles: readonly Candle[]): boolean {
    const { last } = this;
    if (!last) return false;
    return candles.some(({ timestamp, volume }) =>
      timestamp === last.timestamp ? volume > last.volume : timestamp > last.timestamp && volume > 0,
    );
  }

  /** Without the history: while there is no candle yet, those that closed before it began, except for the newest. */
  withoutHistory(candles: readonly Candle[]): readonly Candle[] {
    const since = this.#startAt;
    if (!this.isEmpty) return candles;
    const recent = since === null ? [] : candles.filter(({ timestamp }) => timestamp >= since);
    return recent.length > 0 ? recent : candles.slice(-1);
  }

  /** Continues with a candle that follows the newest one or is the forming one again, and adds what subscribers receive. */
  advance(candle: Candle, hasClosed: boolean, events: FeedEvent<Candle>[]): void {
    const forming = this.#forming;
    const from = forming?.timestamp ?? (this.#closed?.timestamp ?? Number.NEGATIVE_INFINITY) + 1;
    if (candle.timestamp < from) return;
    if (forming && candle.timestamp > forming.timestamp) this.#close(forming, events);
    if (hasClosed) {
      this.#close(candle, events);
      return;
    }
    const next = Object.freeze({ ...candle, closed: false, stale: false });
    if (this.#forming && isSameCandle(this.#forming, next)) return;
    this.#forming = next;
    this.#changedAt = this.#clock.now();
    events.push(toEvent(next));
  }

  /** True when the candle had closed long enough before `asOf`, the time of the call, not to change any more. */
  hadClosed(candle: Candle, asOf: number): boolean {
    return candle.closed && asOf >= this.#endOf(candle) + lagMs;
  }

  /** Closes the forming candle whose period, and the grace after it, has passed without a later one. */
  closeElapsed(fetched: readonly Candle[], asOf: number, events: FeedEvent<Candle>[]): void {
    const { dueAt } = this;
    const forming = this.#forming;
    if (!forming || dueAt === null || asOf < dueAt) return;
    const same = fetched.find(({ timestamp }) => timestamp === forming.timestamp);
    // Some periods are longer than their timeframe says.
    if (same?.closed === false) this.#askAt = asOf + lagMs;
    else this.#close(forming, events);
  }

  /** Marks the forming candle stale: what subscribers receive of that. */
  markStale(): readonly FeedEvent<Candle>[] {
    if (!this.#forming || this.#forming.stale) return [];
    this.#forming = toStale(this.#forming);
    return [toEvent(this.#forming)];
  }

  /** Starts again with whatever comes next: how the forming candle ended will not be known. */
  clear(): void {
    this.#forming = null;
    this.#closed = null;
    this.#startAt = null;
  }

  #close(candle: Candle, events: FeedEvent<Candle>[]): void {
    this.#closed = Object.freeze({ ...candle, closed: true, stale: false });
    this.#forming = null;
    events.push(toEvent(this.#closed));
  }

  #endOf({ timestamp }: Candle): number {
    return periodAfter(this.#timeframe, timestamp);
  }
}

export function toEvent(candle: Candle): FeedEvent<Candle> {
  return { key: String(candle.timestamp), value: candle };
}
