import type { MarketInterface } from 'ccxt';
import pLimit, { type LimitFunction } from 'p-limit';
import { MarketDataError } from '../../../market/errors.ts';
import type { Ticker } from '../../../market/model/ticker.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { askAlone, askBatch, type BatchAnswer, isOutage, isSymbolRefusal } from './ticker-calls.ts';

export type TickerOutcomes = Map<string, Ticker | MarketDataError>;

/**
 * The calls of one fetch of tickers, as many at a time as don't keep each other waiting, and what came of them. Once the
 * exchange fails, the rest is not sent.
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

  /** True once the exchange gave a ticker. */
  get hasSucceeded(): boolean {
    return this.#hasSucceeded;
  }

  /** Markets that the exchange refused in calls of their own, with how. */
  get refused(): ReadonlyMap<string, MarketDataError> {
    return this.#refused;
  }

  /** Gives a market's outcome; a later one stands. */
  set(symbol: string, outcome: Ticker | MarketDataError): void {
    this.#outcomes.set(symbol, outcome);
  }

  /** Asks for several markets in one call and keeps what it brings; null when the exchange fails, which is kept too. */
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

  /** Asks for a market in a call of its own and keeps the outcome; null when the exchange fails, which is kept too. */
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

  /** Asks for each market in a call of its own; true when each was answered. */
  async fetchEach(markets: readonly MarketInterface[]): Promise<boolean> {
    const outcomes = await Promise.all(markets.map((market) => this.fetchAlone(market)));
    return outcomes.every((outcome) => outcome !== null && !(outcome instanceof MarketDataError));
  }

  #giveUp(symbol: string, { code, message, details }: MarketDataError): void {
    const explained = `${message} ${symbol} was not asked for after that.`;
    this.set(symbol, new MarketDataError(code, explained, { ...details, symbol }));
  }
}
