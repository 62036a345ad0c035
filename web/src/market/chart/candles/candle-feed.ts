import { Store } from '../../../base/store.ts';
import type { Failure } from '../../../client/error-text.ts';
import type { Candle } from './candle.ts';
import type { CandlePage } from './load-candles.ts';
import { mergeCandles } from './merge-candles.ts';

/** Where the candles of one series come from. */
export interface CandleSource {
  /** The newest candles, or those before `until`, epoch ms. */
  readonly load: (until: number | null) => Promise<CandlePage>;
  /** Follows the forming candle; `since` is asked again after each reconnect. Returns what ends it. */
  readonly follow: (live: LiveCandles) => () => void;
}

/** Who receives live candles. */
export interface LiveCandles {
  readonly since: () => number | null;
  readonly onCandle: (candle: Candle, isStale: boolean) => void;
  readonly onFailure: (failure: Failure | null) => void;
}

/** What is known of the past: whether more is being loaded, could be loaded, or does not exist. */
export type HistoryState =
  | { readonly kind: 'loading' | 'partial' | 'complete' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Whether the newest candle follows the market. */
export interface LiveState {
  readonly isStale: boolean;
  readonly failure: Failure | null;
}

// After a long outage thousands of candles come at once.
const gatherMs = 50;

const reloadMs = 5_000;

/** The candles of one series: its history as far back as it was asked for, joined with live candles. */
export class CandleFeed {
  readonly candles = new Store<readonly Candle[]>([]);
  readonly history = new Store<HistoryState>({ kind: 'partial' });
  readonly live = new Store<LiveState>({ isStale: false, failure: null });
  readonly #source: CandleSource;
  #pending: readonly Candle[] = [];
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #unfollow: (() => void) | null = null;
  #isLiveProven = false;
  /** Which beginning this is: what was requested before it, or before the end, does not count any more. */
  #run = 0;

  constructor(source: CandleSource) {
    this.#source = source;
    void this.#load();
  }

  /** Loads the page before the oldest candle, unless that is under way, has failed or cannot be. */
  loadOlder(): void {
    if (this.#unfollow && this.history.get().kind === 'partial') void this.#load();
  }

  /** Begins again after a failure. What is there stays. */
  retry(): void {
    if (this.history.get().kind === 'failed') void this.#load();
    if (this.live.get().failure) this.#reload();
  }

  close(): void {
    this.#run++;
    clearTimeout(this.#retry);
    clearTimeout(this.#gathering);
    this.#unfollow?.();
  }

  async #load(): Promise<void> {
    const run = this.#run;
    clearTimeout(this.#retry);
    this.history.set({ kind: 'loading' });
    const page = await this.#source.load(this.#unfollow ? (this.candles.get()[0]?.timestamp ?? null) : null);
    if (run !== this.#run) return;
    if (page.kind === 'failed') {
      this.history.set(page);
      const { retryAfterMs } = page.failure;
      if (retryAfterMs !== null) this.#retry = setTimeout(() => void this.#load(), retryAfterMs);
      return;
    }
    // A candle that came live is newer than the page.
    this.candles.set(mergeCandles(page.candles, this.candles.get()));
    this.history.set({ kind: page.isBeginning ? 'complete' : 'partial' });
    if (!this.#unfollow) this.#follow();
  }

  #follow(): void {
    this.#isLiveProven = false;
    this.#unfollow = this.#source.follow({
      since: () => (this.#pending.at(-1) ?? this.candles.get().at(-1))?.timestamp ?? null,
      onCandle: (candle, isStale) => this.#gather(candle, isStale),
      onFailure: (failure) => this.#onFailure(failure),
    });
  }

  #gather(candle: Candle, isStale: boolean): void {
    this.#isLiveProven = true;
    this.#pending = mergeCandles(this.#pending, [candle]);
    if (isStale !== this.live.get().isStale) this.live.set({ ...this.live.get(), isStale });
    this.#gathering ??= setTimeout(() => this.#flush(), gatherMs);
  }

  #flush(): void {
    this.#gathering = undefined;
    this.candles.set(mergeCandles(this.candles.get(), this.#pending));
    this.#pending = [];
  }

  #onFailure(failure: Failure | null): void {
    // What was missed cannot be sent any more, for example after a night: the chart begins anew.
    const isOutdated = failure?.retryAfterMs === null && this.#isLiveProven;
    this.live.set({ ...this.live.get(), failure: isOutdated ? { ...failure, retryAfterMs: reloadMs } : failure });
    if (isOutdated) this.#retry = setTimeout(() => this.#reload(), reloadMs);
  }

  /** The newest candles again, without those between which something may be missing. */
  #reload(): void {
    this.#run++;
    this.#unfollow?.();
    this.#unfollow = null;
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#pending = [];
    this.candles.set([]);
    this.live.set({ isStale: false, failure: null });
    void this.#load();
  }
}
