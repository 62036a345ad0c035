import { MarketDataError } from '../../../src/market/errors.ts';
import { ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import type { MarkPrice } from '../../../src/market/model/ticker.ts';
import type {
  FetchOptions,
  MarketData,
  MarkPriceResult,
  MarkPriceResults,
} from '../../../src/market/ports/market-data.ts';

/** The mark prices that a test sets: for each symbol prices or an error. Counts the calls; `hold()` makes them wait. */
export class FakeMarkPrices implements Pick<MarketData, 'fetchMarkPrices'> {
  readonly calls: {
    readonly exchange: string;
    readonly symbols: readonly string[];
    readonly options: FetchOptions | undefined;
  }[] = [];
  /** Until when prices are declared to be fresh, epoch ms; 0 if that is unknown. */
  freshUntil = 0;
  readonly #outcomes = new Map<string, Partial<MarkPrice> | MarketDataError>();
  #gate: Promise<void> = Promise.resolve();
  #heldExchange: string | null = null;

  set(symbol: string, outcome: Partial<MarkPrice> | MarketDataError): void {
    this.#outcomes.set(symbol, outcome);
  }

  /** From now on calls, or only those of one exchange, wait until the returned function is called. */
  hold(exchange: string | null = null): () => void {
    this.#heldExchange = exchange;
    let release = (): void => {};
    this.#gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    return () => {
      this.#gate = Promise.resolve();
      release();
    };
  }

  async fetchMarkPrices(
    exchange: string,
    symbols: readonly string[],
    options?: FetchOptions,
  ): Promise<MarkPriceResults> {
    this.calls.push({ exchange, symbols: [...symbols], options });
    if (this.#heldExchange === null || this.#heldExchange === exchange) await this.#gate;
    return new Map(symbols.map((symbol) => [symbol, this.#give(exchange, symbol)]));
  }

  #give(exchange: string, symbol: string): MarkPriceResult {
    const set = this.#outcomes.get(symbol) ?? new MarketDataError('NOT_SUPPORTED', 'no mark price');
    if (set instanceof MarketDataError) return set.withSymbol(symbol);
    const value = { exchange, symbol, markPrice: null, indexPrice: null, ...set };
    return { ...ofUnknownFreshness(value), freshUntil: this.freshUntil };
  }
}
