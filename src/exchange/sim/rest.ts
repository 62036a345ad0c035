import type { Int, Market, MarketInterface, OHLCV, OrderBook, Str, Strings, Ticker, Tickers, Trade } from 'ccxt';
import { maxRows, parseDepth, parseLimit, parseTime, parseTimeframe } from './arguments.ts';
import { firstCandleAt } from './candles.ts';
import { BadSymbol, Exchange } from './ccxt.ts';
import { simDescription } from './description.ts';
import { createListing, type Listing } from './listing.ts';
import { createMarkets } from './markets.ts';
import { toMarketFields } from './structures.ts';
import { tickMs } from './walk.ts';

const defaultRows = 100;

/** The fetching half of the simulated exchange, kept apart from the watching half as ccxt does. `Sim` is the whole. */
export class SimRest extends Exchange {
  readonly #listings = new Map<string, Listing>();

  override describe() {
    return this.deepExtend(super.describe(), simDescription);
  }

  override async fetchMarkets(): Promise<Market[]> {
    return createMarkets().map((market) => this.safeMarketStructure(toMarketFields(market, firstCandleAt)));
  }

  /** As ccxt's, but names that every object inherits, such as `constructor`, are no symbols. */
  override market(symbol: Str): MarketInterface {
    const isKnown = [this.markets, this.markets_by_id].some((known) => known && Object.hasOwn(known, `${symbol}`));
    if (this.markets !== undefined && !isKnown) throw new BadSymbol(`${this.id} has no market ${symbol}`);
    return super.market(symbol);
  }

  override async fetchTicker(symbol: string): Promise<Ticker> {
    const listing = await this.loadListing(symbol);
    return this.toTicker(listing, this.currentTick());
  }

  /** All tickers are of the same tick. Without symbols: every market's. */
  override async fetchTickers(symbols?: Strings): Promise<Tickers> {
    const listings = await this.loadListings(symbols);
    return this.toTickers(listings, this.currentTick());
  }

  /** `since` is inclusive, `params.until` exclusive. The last candle may still be forming. At most 1000. */
  override async fetchOHLCV(
    symbol: string,
    timeframe = '1m',
    since?: Int,
    limit?: Int,
    params: { readonly until?: Int } = {},
  ): Promise<OHLCV[]> {
    const listing = await this.loadListing(symbol);
    return listing.candles(this.currentTick(), {
      timeframe: parseTimeframe(timeframe),
      since: parseTime('since', since),
      until: parseTime('until', params.until),
      limit: parseLimit(limit, defaultRows, maxRows),
    });
  }

  /** 20 levels a side unless told, at most 100. */
  override async fetchOrderBook(symbol: string, limit?: Int): Promise<OrderBook> {
    const listing = await this.loadListing(symbol);
    return this.toOrderBook(listing, this.currentTick(), parseDepth(limit));
  }

  /** The first `limit` trades at `since` or later, or else the newest `limit`; 100 unless told, at most 1000. */
  override async fetchTrades(symbol: string, since?: Int, limit?: Int): Promise<Trade[]> {
    const listing = await this.loadListing(symbol);
    const from = parseTime('since', since);
    const most = parseLimit(limit, defaultRows, maxRows);
    const firstTick = Math.ceil(Math.max(from ?? firstCandleAt, firstCandleAt) / tickMs);
    const choose = from === undefined ? listing.newestTrades : listing.oldestTrades;
    return this.toTrades(choose(firstTick, this.currentTick(), most));
  }

  /** The number of the newest tick. */
  protected currentTick(): number {
    return Math.floor(this.milliseconds() / tickMs);
  }

  protected async loadListing(symbol: string): Promise<Listing> {
    await this.loadMarkets();
    return this.#listingOf(this.market(symbol).symbol);
  }

  /** The listings of the symbols, or of all markets. */
  protected async loadListings(symbols: Strings): Promise<readonly Listing[]> {
    await this.loadMarkets();
    return (symbols ?? this.symbols).map((symbol) => this.#listingOf(this.market(symbol).symbol));
  }

  /** A swap's mark price is its own last one, its index the spot market's. */
  protected toTicker(listing: Listing, tick: number): Ticker {
    const fields = listing.ticker(tick);
    if (listing.indexSymbol === undefined) return this.safeTicker(fields);
    const indexPrice = this.#listingOf(listing.indexSymbol).last(tick);
    return this.safeTicker({ ...fields, markPrice: fields.last, indexPrice });
  }

  protected toTickers(listings: readonly Listing[], tick: number): Tickers {
    return Object.fromEntries(listings.map((listing) => [listing.symbol, this.toTicker(listing, tick)]));
  }

  protected toOrderBook(listing: Listing, tick: number, depth: number): OrderBook {
    const book = this.parseOrderBook(listing.book(tick, depth), listing.symbol, tick * tickMs);
    return { ...book, nonce: tick };
  }

  protected toTrades(trades: ReturnType<Listing['newestTrades']>): Trade[] {
    return trades.map((trade) => this.safeTrade(trade));
  }

  #listingOf(symbol: string): Listing {
    const known = this.#listings.get(symbol);
    if (known !== undefined) return known;
    const market = createMarkets().find((candidate) => candidate.symbol === symbol);
    if (market === undefined) throw new BadSymbol(`${this.id} has no market ${symbol}`);
    const listing = createListing(market, this.options.seed);
    this.#listings.set(symbol, listing);
    return listing;
  }
}
