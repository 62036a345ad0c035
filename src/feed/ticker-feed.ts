import type { Clock } from '../market/clock.ts';
import { MarketDataError } from '../market/error.ts';
import type { MarketData, TickerResults } from '../market/market-data.ts';
import { type TickerEvent, TickerHub } from './hub.ts';
import { type PollRound, poll } from './poll.ts';

export interface TickerFeedOptions {
  readonly exchange: string;
  readonly marketData: Pick<MarketData, 'fetchTickers'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly pollIntervalMs: number;
  readonly lingerMs: number;
  readonly staleMaxMs: number;
  /** Called when rounds begin to fail, with the error, and when they succeed again, with null. */
  readonly onHealth: (exchange: string, error: MarketDataError | null) => void;
  /** Called when nobody has listened for the linger time and polling has ended. */
  readonly onIdle: () => void;
}

/** One exchange's live tickers: one poll per interval for all symbols that somebody listens to. */
export class TickerFeed {
  readonly #options: TickerFeedOptions;
  readonly #hub: TickerHub;
  #polling: AbortController | null = null;
  #healthy = true;

  constructor(options: TickerFeedOptions) {
    this.#options = options;
    const { clock, lingerMs, staleMaxMs, onIdle } = options;
    this.#hub = new TickerHub({
      clock,
      lingerMs,
      staleMaxMs,
      onIdle: () => {
        this.#stopPolling();
        onIdle();
      },
    });
  }

  get symbolCount(): number {
    return this.#hub.symbols.length;
  }

  get subscriberCount(): number {
    return this.#hub.subscriberCount;
  }

  /** Of each symbol the latest known ticker at once, then each change. Symbols nobody listened to are fetched first. */
  subscribe(symbols: readonly string[]): AsyncIterableIterator<TickerEvent> {
    const { events, added } = this.#hub.subscribe(symbols);
    if (added.length > 0) void this.#fetchFirst(added);
    if (!this.#polling) void this.#poll();
    return events;
  }

  /** Ends polling and every subscriber. */
  close(): void {
    this.#stopPolling();
    this.#hub.close();
  }

  async #fetchFirst(symbols: readonly string[]): Promise<void> {
    const results = await this.#options.marketData.fetchTickers(this.#options.exchange, symbols);
    for (const [symbol, result] of results) this.#hub.publish(symbol, result);
    const works = [...results.values()].some((result) => !(result instanceof MarketDataError) && !result.stale);
    // What made the rounds fail was not the exchange, or is over: the others need not sit out the backoff.
    if (works && !this.#healthy && this.#polling) {
      this.#stopPolling();
      void this.#poll();
    }
  }

  async #poll(): Promise<void> {
    const { clock, random, pollIntervalMs } = this.#options;
    const polling = new AbortController();
    this.#polling = polling;
    const rounds = poll({
      fetchRound: () => this.#fetchRound(),
      intervalMs: pollIntervalMs,
      clock,
      random,
      signal: polling.signal,
    });
    for await (const { value } of rounds) {
      if (polling.signal.aborted) break;
      for (const [symbol, result] of value) this.#hub.publish(symbol, toPolled(result));
    }
  }

  async #fetchRound(): Promise<PollRound<TickerResults>> {
    const { exchange, marketData, onHealth } = this.#options;
    const value = await marketData.fetchTickers(exchange, this.#hub.symbols, { maxAgeMs: 0 });
    const outcomes = [...value.values()];
    const error = outcomes.find(isFailure) ?? null;
    const failed = error !== null && outcomes.every(isFailure);
    if (failed === this.#healthy) onHealth(exchange, failed ? error : null);
    this.#healthy = !failed;
    const waits = outcomes.filter(isFailure).map(({ details }) => details.retryAfterMs ?? 0);
    return { value, failed, retryAfterMs: Math.max(0, ...waits) };
  }

  #stopPolling(): void {
    this.#polling?.abort();
    this.#polling = null;
  }
}

/** True for an error that is the exchange's and not the symbol's. */
function isFailure(outcome: TickerEvent): outcome is MarketDataError {
  return outcome instanceof MarketDataError && !outcome.isFinal;
}

function toPolled(outcome: TickerEvent): TickerEvent {
  return outcome instanceof MarketDataError ? outcome : Object.freeze({ ...outcome, source: 'POLL' });
}
