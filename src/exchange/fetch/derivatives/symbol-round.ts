import type { MarketInterface } from 'ccxt';
import pLimit, { type LimitFunction } from 'p-limit';
import { MarketDataError } from '../../../market/errors.ts';
import { toMarketDataError } from '../../access/errors.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { splitEvenly } from '../tickers/batch-shape.ts';
import { isOutage } from '../tickers/ticker-calls.ts';

type Markets = readonly MarketInterface[];

/** How an exchange is asked for one value per market. */
export interface SymbolCalls<V> {
  /** The values of markets of one kind in one call, without those that the answer leaves out; null if there is no such call. */
  readonly together: ((markets: Markets) => Promise<ReadonlyMap<string, V | MarketDataError>>) | null;
  /** The value of one market. */
  readonly alone: (market: MarketInterface) => Promise<V>;
  /** From how many markets on one call for all is cheaper than one for each. */
  readonly paysFrom: number;
  /** How many markets one call may ask for. */
  readonly maxSize: number;
}

/** A refused batch of up to this size is requested one by one: halving it would cost as many calls. */
const maxUnhalved = 4;

/** After this many refused batches, markets are requested one by one. It is enough to find one bad symbol in a thousand. */
const maxRefusals = 12;

/** Markets that a batch left out are requested alone until this many in a row are not answered either. */
const maxMissing = 5;

/**
 * Requests one value per market, such as the funding rate. A batch is an optimisation: markets of a batch that is refused
 * are requested in smaller batches and finally alone, and so are markets that it leaves out. Once the exchange fails,
 * nothing more is requested. Each market has its own outcome.
 */
export class SymbolRound<V extends object> {
  readonly #client: ExchangeClient;
  readonly #calls: SymbolCalls<V>;
  readonly #outcomes: Map<string, V | MarketDataError>;
  readonly #limit: LimitFunction;
  #refusals = 0;
  #outage: MarketDataError | null = null;

  constructor(client: ExchangeClient, calls: SymbolCalls<V>, outcomes: Map<string, V | MarketDataError>) {
    this.#client = client;
    this.#calls = calls;
    this.#outcomes = outcomes;
    this.#limit = pLimit(client.parallelCalls);
  }

  /** Requests markets of one kind. Never rejects. */
  async fetch(markets: Markets): Promise<void> {
    const { together, paysFrom, maxSize } = this.#calls;
    if (!together || markets.length < paysFrom) return this.#fetchEach(markets);
    await Promise.all(splitEvenly(markets, maxSize).map((batch) => this.#fetchBatch(batch, together)));
  }

  async #fetchBatch(markets: Markets, together: NonNullable<SymbolCalls<V>['together']>): Promise<void> {
    const answer = await this.#limit(async () => (this.#outage ? null : this.#ask(() => together(markets))));
    if (answer === null) return this.#giveUp(markets);
    if (answer instanceof MarketDataError) {
      if (isOutage(answer)) {
        for (const { symbol } of markets) this.#outcomes.set(symbol, answer.withSymbol(symbol));
        return;
      }
      this.#refusals += 1;
      // Without such a call, smaller batches would be refused as well.
      const isHopeless = answer.code === 'NOT_SUPPORTED' || this.#refusals > maxRefusals;
      if (isHopeless || markets.length <= maxUnhalved) return this.#fetchEach(markets);
      for (const half of splitEvenly(markets, Math.ceil(markets.length / 2))) await this.#fetchBatch(half, together);
      return;
    }
    for (const [symbol, outcome] of answer) this.#outcomes.set(symbol, outcome);
    await this.#fetchMissing(markets.filter(({ symbol }) => !answer.has(symbol)));
  }

  async #fetchMissing(markets: Markets): Promise<void> {
    for (let done = 0; done < markets.length; done += maxMissing) {
      const some = markets.slice(done, done + maxMissing);
      await this.#fetchEach(some);
      if (some.every(({ symbol }) => this.#outcomes.get(symbol) instanceof MarketDataError)) {
        for (const { symbol } of markets.slice(done + maxMissing)) this.#outcomes.set(symbol, this.#notSent(symbol));
        return;
      }
    }
  }

  async #fetchEach(markets: Markets): Promise<void> {
    const fetchAlone = (market: MarketInterface) =>
      this.#limit(async () => {
        if (this.#outage) return this.#giveUp([market]);
        const outcome = await this.#ask(() => this.#calls.alone(market), market.symbol);
        this.#outcomes.set(market.symbol, outcome);
      });
    await Promise.all(markets.map(fetchAlone));
  }

  /** The answer of a call, or its error. */
  async #ask<T>(call: () => Promise<T>, symbol?: string): Promise<T | MarketDataError> {
    try {
      return await call();
    } catch (thrown) {
      const error = toMarketDataError(thrown, { exchange: this.#client.info.id, ...(symbol ? { symbol } : {}) });
      if (isOutage(error)) this.#outage ??= error;
      return error;
    }
  }

  /** After an outage, the other markets get its error. */
  #giveUp(markets: Markets): void {
    if (!this.#outage) return;
    const { code, message, details } = this.#outage;
    for (const { symbol } of markets) {
      const explained = `${message} ${symbol} was not requested after that.`;
      this.#outcomes.set(symbol, new MarketDataError(code, explained, { ...details, symbol }));
    }
  }

  #notSent(symbol: string): MarketDataError {
    const exchange = this.#client.info.id;
    const message = `${exchange} left ${symbol} out of its answer.`;
    return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
  }
}
