import type { MarketInterface } from 'ccxt';
import pLimit, { type LimitFunction } from 'p-limit';
import { MarketDataError } from '../../../market/errors.ts';
import type { Ticker } from '../../../market/model/ticker.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { askAlone, askBatch, type BatchAnswer, isOutage, isSymbolRefusal } from './ticker-calls.ts';

export type TickerOutcomes = Map<string, Ticker | MarketDataError>;

/**
 * The calls of one fetch of tickers and their results. It runs as many calls in parallel as can wait in ccxt's throttle
 * without missing their deadline. Once the exchange fails, the remaining calls are not sent.
 */
export class TickerRound {
  readonly client: ExchangeClient;
  readonly #now: () => number;
  readonly #outcomes: TickerOutcomes;
  readonly #limit: LimitFunction;
  readonly #refused = new Map<string, MarketDataError>();
  #refusals = 0;
  #hasSucceeded = false;
  #outage: MarketDataError | null = null;

  constructor(client: ExchangeClient, now: () => number, outcomes: TickerOutcomes) {
    this.client = client;
    this.#now = now;
    this.#outcomes = outcomes;
    this.#limit = pLimit(client.parallelCalls);
  }

  /** How many requests were sent and refused. */
  get refusals(): number {
    return this.#refusals;
  }

  /** True once the exchange returned a ticker. */
  get hasSucceeded(): boolean {
    return this.#hasSucceeded;
  }

  /** The markets that the exchange refused in separate calls, with the error. */
  get refused(): ReadonlyMap<string, MarketDataError> {
    return this.#refused;
  }

  /** Sets a market's outcome; a later one replaces it. */
  set(symbol: string, outcome: Ticker | MarketDataError): void {
    this.#outcomes.set(symbol, outcome);
  }

  /** Requests several markets in one call and stores the result; null when the exchange fails, which is stored too. */
  async fetchTogether(markets: readonly MarketInterface[]): Promise<Exclude<BatchAnswer, { kind: 'failed' }> | null> {
    return this.#limit(async () => {
      if (this.#outage) {
        for (const { symbol } of markets) this.#giveUp(symbol, this.#outage);
        return null;
      }
      const answer = await askBatch(this.client, markets, this.#now);
      switch (answer.kind) {
        case 'failed':
          this.#outage ??= answer.error;
          for (const { symbol } of markets) this.set(symbol, answer.error.withSymbol(symbol));
          return null;
        case 'answered':
          for (const [symbol, outcome] of answer.outcomes) this.set(symbol, outcome);
          if (answer.outcomes.size > 0) this.#hasSucceeded = true;
          return answer;
        case 'refused':
          if (answer.wasSent) this.#refusals += 1;
          return answer;
        case 'too long':
          return answer;
      }
    });
  }

  /**
   * Requests one market in a separate call and stores the outcome; null when the exchange fails, which is stored too.
   */
  async fetchAlone(market: MarketInterface): Promise<Ticker | MarketDataError | null> {
    const { symbol } = market;
    return this.#limit(async () => {
      if (this.#outage) {
        this.#giveUp(symbol, this.#outage);
        return null;
      }
      const outcome = await askAlone(this.client, market, this.#now);
      this.set(symbol, outcome);
      if (!(outcome instanceof MarketDataError)) {
        this.#hasSucceeded = true;
        this.client.batchLimits.onAnswer(symbol);
      } else if (isSymbolRefusal(outcome)) {
        this.#refusals += 1;
        this.#refused.set(symbol, outcome);
      } else if (isOutage(outcome)) {
        this.#outage ??= outcome;
        return null;
      }
      return outcome;
    });
  }

  /** Requests each market in a separate call; true when each was answered. */
  async fetchEach(markets: readonly MarketInterface[]): Promise<boolean> {
    const outcomes = await Promise.all(markets.map((market) => this.fetchAlone(market)));
    return outcomes.every((outcome) => outcome !== null && !(outcome instanceof MarketDataError));
  }

  #giveUp(symbol: string, { code, message, details }: MarketDataError): void {
    const explained = `${message} ${symbol} was not requested after that.`;
    this.set(symbol, new MarketDataError(code, explained, { ...details, symbol }));
  }
}
