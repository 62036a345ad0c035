import type { Candle } from '../market/candle.ts';
import type { Clock } from '../market/clock.ts';
import type { MarketDataError } from '../market/error.ts';
import { periodAfter, periodStart } from '../market/timeframe.ts';
import type { FeedEvent } from './event.ts';
import type { Entry, Journal, Origin } from './journal.ts';

/** How long after its period an exchange may still change a candle, in ms; none that comes later closes it sooner. */
const graceMs = 2000;

/** Candles that came together, oldest first. */
export interface CandleMessage {
  readonly candles: readonly Candle[];
  /** False when some are missing: before the first of them, or after the last. */
  readonly isWhole: boolean;
}

/**
 * A journal of candles: the forming one at each change, and each one once more when it has closed. A candle has closed
 * when a later one is there, or when the exchange, asked some time after its period, knows none.
 */
export class CandleJournal implements Journal<CandleMessage, Candle> {
  readonly #timeframe: string;
  readonly #clock: Clock;
  #forming: Candle | null = null;
  /** Start of the last candle that was told as closed. */
  #closedAt: number | null = null;
  /** Since when a fetch is missing, epoch ms; null while none is. */
  #behindSince: number | null = null;
  /** What the stream has brought while something before it is missing, by timestamp. */
  readonly #held = new Map<number, Candle>();
  #error: MarketDataError | null = null;
  /** Start of the period in which it began, epoch ms: from then on none is skipped. Null once what came since is lost. */
  #startAt: number | null;

  constructor(timeframe: string, clock: Clock) {
    this.#timeframe = timeframe;
    this.#clock = clock;
    this.#startAt = periodStart(timeframe, clock.now());
  }

  get isBehind(): boolean {
    return this.#behindSince !== null;
  }

  get dueAt(): number | null {
    return this.#forming ? periodAfter(this.#timeframe, this.#forming.timestamp) + graceMs : null;
  }

  get latest(): readonly FeedEvent<Candle>[] {
    if (this.#forming) return [toEvent(this.#forming)];
    return this.#error ? [{ key: 'error', value: this.#error }] : [];
  }

  /** Start of the oldest candle that is not told as closed yet, epoch ms; null when that may be any. */
  get since(): number | null {
    return this.#last ?? this.#startAt;
  }

  /** Start of the newest candle that was told, epoch ms; null when none was. */
  get #last(): number | null {
    return this.#forming?.timestamp ?? this.#closedAt;
  }

  take({ candles, isWhole }: CandleMessage, origin: Origin, asOf: number): Entry<Candle> {
    // A first fetch that the stream has overtaken knows less.
    if (origin === 'fetch' && this.#last !== null && !this.isBehind) return { events: [], moved: false };
    this.#error = null;
    const events = origin === 'stream' ? this.#takeStreamed(candles) : this.#takeFetched(candles, isWhole, asOf);
    return { events, moved: events.length > 0 };
  }

  fail(error: MarketDataError): readonly FeedEvent<Candle>[] {
    const told = this.#error;
    this.#error = error;
    return told?.code === error.code ? [] : [{ key: 'error', value: error }];
  }

  interrupt(): void {
    if (this.#last !== null) this.#behindSince = this.#clock.now();
  }

  giveUp(): readonly FeedEvent<Candle>[] {
    this.#behindSince = null;
    // How the forming candle ended will not be known.
    this.#forming = null;
    this.#closedAt = null;
    this.#startAt = null;
    return this.#release();
  }

  #takeStreamed(candles: readonly Candle[]): readonly FeedEvent<Candle>[] {
    for (const candle of this.#newsOf(candles)) this.#held.set(candle.timestamp, candle);
    return this.isBehind ? [] : this.#release();
  }

  #takeFetched(candles: readonly Candle[], isWhole: boolean, asOf: number): readonly FeedEvent<Candle>[] {
    const events: FeedEvent<Candle>[] = [];
    const news = this.#newsOf(candles);
    news.forEach((candle, index) => {
      this.#advance(candle, index < news.length - 1, events);
    });
    for (const candle of candles) this.#dropOlder(candle);
    if (!isWhole) this.#behindSince ??= asOf;
    if (!isWhole || asOf < (this.#behindSince ?? asOf)) return events;
    this.#behindSince = null;
    this.#closeElapsed(asOf, events);
    return [...events, ...this.#release()];
  }

  /** Before anything is known, what closed before it began is history, of which only the newest counts. */
  #newsOf(candles: readonly Candle[]): readonly Candle[] {
    const { since } = this;
    if (this.#last !== null) return candles;
    const recent = since === null ? [] : candles.filter(({ timestamp }) => timestamp >= since);
    return recent.length > 0 ? recent : candles.slice(-1);
  }

  #release(): readonly FeedEvent<Candle>[] {
    const events: FeedEvent<Candle>[] = [];
    const held = [...this.#held.values()].sort((a, b) => a.timestamp - b.timestamp);
    for (const [index, candle] of held.entries()) {
      const next = this.#last === null ? this.#startAt : periodAfter(this.#timeframe, this.#last);
      if (next !== null && candle.timestamp > next) {
        // Periods in between may have candles that were never seen.
        this.#behindSince = this.#clock.now();
        return events;
      }
      this.#held.delete(candle.timestamp);
      this.#advance(candle, index < held.length - 1, events);
    }
    return events;
  }

  /** A period's volume only grows, so that what the stream brought with less of it came before the fetch. */
  #dropOlder({ timestamp, volume }: Candle): void {
    const held = this.#held.get(timestamp);
    if (held && held.volume <= volume) this.#held.delete(timestamp);
  }

  /** Goes on to this candle, which follows what is known or is the forming one again; it has closed if one follows it. */
  #advance(candle: Candle, isFollowed: boolean, events: FeedEvent<Candle>[]): void {
    const forming = this.#forming;
    const from = forming?.timestamp ?? (this.#closedAt ?? Number.NEGATIVE_INFINITY) + 1;
    if (candle.timestamp < from) return;
    if (forming && candle.timestamp > forming.timestamp) this.#close(forming, events);
    if (isFollowed) {
      this.#close(candle, events);
      return;
    }
    const next = Object.freeze({ ...candle, closed: false });
    if (this.#forming && isSameCandle(this.#forming, next)) return;
    this.#forming = next;
    events.push(toEvent(next));
  }

  /** Closes the forming candle whose period, and some time, has passed without a later one. */
  #closeElapsed(asOf: number, events: FeedEvent<Candle>[]): void {
    const { dueAt } = this;
    if (this.#forming && dueAt !== null && asOf >= dueAt) this.#close(this.#forming, events);
  }

  #close(candle: Candle, events: FeedEvent<Candle>[]): void {
    this.#closedAt = candle.timestamp;
    this.#forming = null;
    events.push(toEvent(Object.freeze({ ...candle, closed: true })));
  }
}

export function isSameCandle(one: Candle, other: Candle): boolean {
  return (
    one.timestamp === other.timestamp &&
    one.open === other.open &&
    one.high === other.high &&
    one.low === other.low &&
    one.close === other.close &&
    one.volume === other.volume &&
    one.closed === other.closed
  );
}

function toEvent(candle: Candle): FeedEvent<Candle> {
  return { key: String(candle.timestamp), value: candle };
}
