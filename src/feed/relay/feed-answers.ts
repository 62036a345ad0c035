import { toMarketKey } from '../../market/market-ref.ts';
import { type AllTickers, type AllTickersQuery, toAllTickersKey } from '../../market/model/all-tickers.ts';
import type { Candle, CandleQuery } from '../../market/model/candle.ts';
import type { CandleFormat, CandleText } from '../../market/model/candle-text.ts';
import type { ExchangeInfo } from '../../market/model/exchange.ts';
import { type Fresh, ofUnknownFreshness } from '../../market/model/fresh.ts';
import type { Markets } from '../../market/model/market.ts';
import { type OrderBook, type OrderBookQuery, toDepth } from '../../market/model/order-book.ts';
import type { Trade, TradeQuery } from '../../market/model/trade.ts';
import type {
  DerivativeData,
  FetchOptions,
  MarketData,
  MarkPriceResults,
  TickerResults,
} from '../../market/ports/market-data.ts';
import { firstLimit } from '../kinds/trades.ts';
import type { LiveKinds } from '../live/live-kinds.ts';
import { SharedCalls } from '../resume/shared-calls.ts';
import type { AnswerOptions } from './answer-options.ts';
import { DerivativeAnswers } from './derivative-answers.ts';
import { eachAnswer } from './each-answer.ts';
import { IdleSubscriber } from './idle-subscriber.ts';
import { latestOf, readTopic } from './topic-answer.ts';

/**
 * Answers the calls of other instances' live feeds, which all have to be as new as a call to the exchange.
 *
 * The topics of this instance answer, if they are up to date, or will be in a moment. If a topic fails, its error
 * answers: one instance alone finds out when the exchange works again. What topics do not know is asked of the exchange.
 * Equal queries share these calls, and a query never shares a call that had begun before it: so at most two calls follow
 * each other, however many instances ask at the same time.
 *
 * The first call for trades or candles comes before the other instance has opened its stream. It begins the topic.
 */
export class FeedAnswers implements MarketData {
  readonly derivatives: DerivativeData;
  readonly #options: AnswerOptions;
  readonly #tickers = new SharedCalls<TickerResults>();
  readonly #allTickers = new SharedCalls<Fresh<AllTickers>>();
  readonly #books = new SharedCalls<Fresh<OrderBook>>();
  readonly #trades = new SharedCalls<Fresh<readonly Trade[]>>();
  readonly #candles = new SharedCalls<Fresh<readonly Candle[]>>();

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.derivatives = new DerivativeAnswers(options);
  }

  exchanges(): readonly ExchangeInfo[] {
    return this.#options.upstream.exchanges();
  }

  exchange(id: string): ExchangeInfo {
    return this.#options.upstream.exchange(id);
  }

  fetchMarkets(exchange: string): Promise<Fresh<Markets>> {
    return this.#options.upstream.fetchMarkets(exchange);
  }

  fetchTimeframes(exchange: string, symbol: string): Promise<Fresh<readonly string[]>> {
    return this.#options.upstream.fetchTimeframes(exchange, symbol);
  }

  fetchMarkPrices(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<MarkPriceResults> {
    return this.#options.upstream.fetchMarkPrices(exchange, symbols, options);
  }

  fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults> {
    const { upstream, clock } = this.#options;
    return eachAnswer({
      symbols,
      clock,
      find: (symbol) => this.#kindsOf(exchange).ticker.find({ exchange, symbol }),
      ask: (missing) =>
        this.#tickers.run(`${exchange}\n${missing.toSorted().join('\n')}`, () =>
          upstream.fetchTickers(exchange, missing, options),
        ),
    });
  }

  async fetchAllTickers(query: AllTickersQuery, options?: FetchOptions): Promise<Fresh<AllTickers>> {
    const { exchange, type } = query;
    const topic = this.#kindsOf(exchange).allTickers.find({ exchange, symbol: '', type });
    const known = await readTopic(topic, this.#options.clock, latestOf);
    if (known) return ofUnknownFreshness(known);
    const ask = (): Promise<Fresh<AllTickers>> => this.#options.upstream.fetchAllTickers(query, options);
    return this.#allTickers.run(toAllTickersKey(query), ask);
  }

  async fetchOrderBook(query: OrderBookQuery, options?: FetchOptions): Promise<Fresh<OrderBook>> {
    const { limit } = query;
    const topic = this.#kindsOf(query.exchange).orderBook.find(query);
    const known = await readTopic(topic, this.#options.clock, (current) => {
      const book = latestOf(current);
      return book && current.reconciler.coverage.holds(book, limit) ? toDepth(book, limit) : null;
    });
    if (known) return ofUnknownFreshness(known);
    const ask = (): Promise<Fresh<OrderBook>> => this.#options.upstream.fetchOrderBook(query, options);
    return this.#books.run(`${toMarketKey(query)}\n${limit}`, ask);
  }

  async fetchTrades(query: TradeQuery, options?: FetchOptions): Promise<Fresh<readonly Trade[]>> {
    const { logs, upstream, clock } = this.#options;
    const { exchange, symbol, since, limit } = query;
    const kind = this.#kindsOf(exchange).trades;
    const begins = since === undefined && limit <= firstLimit;
    const release = begins ? logs.hold({ exchange, symbol }) : () => {};
    try {
      const topic = kind.find({ exchange, symbol });
      const known = await readTopic(topic, clock, () => logs.find(query)?.read(query) ?? null);
      if (known) return ofUnknownFreshness(known);
    } finally {
      release();
    }
    const ask = (): Promise<Fresh<readonly Trade[]>> => upstream.fetchTrades(query, options);
    return this.#trades.run(`${toMarketKey(query)}\n${since}\n${limit}`, ask);
  }

  async fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<Fresh<readonly Candle[]>> {
    const { exchange, symbol, timeframe, since, until, limit } = query;
    const kind = this.#kindsOf(exchange).candles;
    const request = { exchange, symbol, timeframe };
    const holder = new IdleSubscriber();
    const topic = since === undefined ? kind.join(request, holder) : kind.find(request);
    try {
      const known = await readTopic(topic, this.#options.clock, ({ reconciler }) => reconciler.read(query));
      if (known) return ofUnknownFreshness(known);
    } finally {
      topic?.remove(holder);
    }
    const ask = (): Promise<Fresh<readonly Candle[]>> => this.#options.upstream.fetchCandles(query, options);
    return this.#candles.run(`${toMarketKey(query)}\n${timeframe}\n${since}\n${until}\n${limit}`, ask);
  }

  async fetchCandleText(
    query: CandleQuery,
    format: CandleFormat,
    options?: FetchOptions,
  ): Promise<Fresh<CandleText> | null> {
    return (await this.#options.upstream.fetchCandleText?.(query, format, options)) ?? null;
  }

  #kindsOf(exchange: string): LiveKinds {
    return this.#options.feeds.kindsOf(exchange);
  }
}
