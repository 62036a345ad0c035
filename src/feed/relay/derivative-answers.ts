import { type MarketRef, toMarketKey } from '../../market/market-ref.ts';
import type { FundingHistoryQuery, FundingPayment } from '../../market/model/derivatives/funding-rate.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../../market/model/derivatives/open-interest.ts';
import { type Fresh, ofUnknownFreshness } from '../../market/model/fresh.ts';
import type { DerivativeData, FetchOptions, FundingRateResults } from '../../market/ports/market-data.ts';
import { SharedCalls } from '../resume/shared-calls.ts';
import type { AnswerOptions } from './answer-options.ts';
import { eachAnswer } from './each-answer.ts';
import { latestOf, readTopic } from './topic-answer.ts';

/** The part of `FeedAnswers` for data about contracts. */
export class DerivativeAnswers implements DerivativeData {
  readonly #options: AnswerOptions;
  readonly #rates = new SharedCalls<FundingRateResults>();
  readonly #interest = new SharedCalls<Fresh<OpenInterest>>();

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  fetchFundingRates(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<FundingRateResults> {
    const { feeds, upstream, clock } = this.#options;
    return eachAnswer({
      symbols,
      clock,
      find: (symbol) => feeds.kindsOf(exchange).fundingRate.find({ exchange, symbol }),
      ask: (missing) =>
        this.#rates.run(`${exchange}\n${missing.toSorted().join('\n')}`, () =>
          upstream.derivatives.fetchFundingRates(exchange, missing, options),
        ),
    });
  }

  async fetchOpenInterest(market: MarketRef, options?: FetchOptions): Promise<Fresh<OpenInterest>> {
    const { feeds, upstream, clock } = this.#options;
    const { exchange, symbol } = market;
    const topic = feeds.kindsOf(exchange).openInterest.find({ exchange, symbol });
    const known = await readTopic(topic, clock, latestOf);
    if (known) return ofUnknownFreshness(known);
    const ask = (): Promise<Fresh<OpenInterest>> => upstream.derivatives.fetchOpenInterest(market, options);
    return this.#interest.run(toMarketKey(market), ask);
  }

  fetchFundingRateHistory(
    query: FundingHistoryQuery,
    options?: FetchOptions,
  ): Promise<Fresh<readonly FundingPayment[]>> {
    return this.#options.upstream.derivatives.fetchFundingRateHistory(query, options);
  }

  fetchOpenInterestHistory(
    query: OpenInterestHistoryQuery,
    options?: FetchOptions,
  ): Promise<Fresh<readonly OpenInterest[]>> {
    return this.#options.upstream.derivatives.fetchOpenInterestHistory(query, options);
  }
}
