import type { Clock } from '../../../src/base/clock.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import type { MarketRef } from '../../../src/market/market-ref.ts';
import type {
  FundingHistoryQuery,
  FundingPayment,
  FundingRate,
} from '../../../src/market/model/derivatives/funding-rate.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../../../src/market/model/derivatives/open-interest.ts';
import { type Fresh, ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import type { DerivativeData, FundingRateResults } from '../../../src/market/ports/market-data.ts';

/** Data about contracts with answers that a test sets: the same for each market, or an error. Counts the calls. */
export class FakeDerivatives implements DerivativeData {
  readonly rateCalls: { readonly exchange: string; readonly symbols: readonly string[] }[] = [];
  readonly rateHistoryCalls: FundingHistoryQuery[] = [];
  readonly interestCalls: MarketRef[] = [];
  readonly interestHistoryCalls: OpenInterestHistoryQuery[] = [];
  readonly #clock: Clock;
  #rate: Partial<FundingRate> = {};
  #interest: Partial<OpenInterest> = {};
  #payments: readonly FundingPayment[] = [];
  #failure: MarketDataError | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  setRate(rate: Partial<FundingRate>): void {
    this.#rate = rate;
  }

  setInterest(interest: Partial<OpenInterest>): void {
    this.#interest = interest;
  }

  setPayments(payments: readonly FundingPayment[]): void {
    this.#payments = payments;
  }

  /** Makes every call fail; null ends that. */
  fail(error: MarketDataError | null): void {
    this.#failure = error;
  }

  async fetchFundingRates(exchange: string, symbols: readonly string[]): Promise<FundingRateResults> {
    this.rateCalls.push({ exchange, symbols });
    const give = (symbol: string) =>
      this.#failure?.withSymbol(symbol) ?? ofUnknownFreshness(this.#rateOf({ exchange, symbol }));
    return new Map(symbols.map((symbol) => [symbol, give(symbol)]));
  }

  async fetchFundingRateHistory(query: FundingHistoryQuery): Promise<Fresh<readonly FundingPayment[]>> {
    this.rateHistoryCalls.push(query);
    if (this.#failure) throw this.#failure;
    return ofUnknownFreshness(this.#payments);
  }

  async fetchOpenInterest(market: MarketRef): Promise<Fresh<OpenInterest>> {
    this.interestCalls.push(market);
    if (this.#failure) throw this.#failure;
    return ofUnknownFreshness(this.#interestOf(market));
  }

  async fetchOpenInterestHistory(query: OpenInterestHistoryQuery): Promise<Fresh<readonly OpenInterest[]>> {
    this.interestHistoryCalls.push(query);
    if (this.#failure) throw this.#failure;
    return ofUnknownFreshness([this.#interestOf(query)]);
  }

  #rateOf({ exchange, symbol }: MarketRef): FundingRate {
    const numbers = { rate: null, nextRate: null, intervalMs: null, nextFundingTime: null };
    const prices = { markPrice: null, indexPrice: null };
    return { exchange, symbol, ...numbers, ...prices, ...this.#common, ...this.#rate };
  }

  #interestOf({ exchange, symbol }: MarketRef): OpenInterest {
    return { exchange, symbol, amount: null, value: null, ...this.#common, ...this.#interest };
  }

  get #common() {
    return { timestamp: null, receivedAt: this.#clock.now(), source: 'FETCH', stale: false } as const;
  }
}
