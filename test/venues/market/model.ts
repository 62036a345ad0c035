import type { VenueTrade } from './book.ts';
import { type CandleSource, createCandleSource, type VenueCandle } from './candles.ts';
import { haveSameBook, type VenueEvent } from './events.ts';
import { toTicker } from './tickers.ts';
import { type NewTrade, Tape } from './trades.ts';

/** A market as every venue knows it; base, quote, settle and type follow from the symbol. */
export interface VenueMarket {
  /** ccxt's unified symbol: `BTC/USDT`, `BTC/USDT:USDT`. */
  readonly symbol: string;
  /** The exchange's own id, as it appears in its URLs. */
  readonly id: string;
  readonly active: boolean;
  /** The price 24 hours ago, in quote currency: generated prices move around it. */
  readonly price: string;
  readonly priceStep: string;
  readonly amountStep: string;
  /** Its first candle opens at or after this, epoch ms. */
  readonly listedAt: number;
}

/** A ticker in no exchange's format yet. Decimal strings; null if the exchange has no such value. */
export interface VenueTicker {
  readonly last: string;
  readonly bid: string | null;
  readonly bidVolume: string | null;
  readonly ask: string | null;
  readonly askVolume: string | null;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly previousClose: string;
  readonly change: string;
  /** Per cent. */
  readonly percentage: string;
  readonly vwap: string;
  readonly baseVolume: string;
  readonly quoteVolume: string;
  /** Epoch ms; sent only if the exchange sends a time. */
  readonly timestamp: number;
}

// The first update id of a book, and the step of each change.
const firstUpdateId = 10_000_000_000;
const updateIdStep = 3;

/** The data behind one venue: its markets, tickers, trades, candles and clock. Tests change it at any time. */
export class VenueModel {
  /**
   * Returns every candle of the venue; replace it to serve other candles. Null leaves a gap. Its last argument is the
   * venue's clock, so that a candle may differ while it is forming.
   */
  candles: CandleSource;
  /** How many of its newest candles it serves, whatever is requested; null for all since the market was listed. */
  candleHistory: number | null = null;
  /**
   * How many candles it returns per request, if that is fewer than its documentation says; null for the documented
   * number.
   */
  candleCap: number | null = null;

  readonly #all: readonly VenueMarket[];
  readonly #tickers = new Map<string, Partial<VenueTicker>>();
  readonly #withoutTicker = new Set<string>();
  readonly #delisted = new Set<string>();
  readonly #updateIds = new Map<string, number>();
  readonly #tapes = new Map<string, Tape>();
  #now: number | null = null;

  constructor(markets: readonly VenueMarket[]) {
    this.#all = markets;
    this.candles = createCandleSource(markets);
  }

  /** The venue's clock, epoch ms: the system's unless set, and again after setting null. ccxt keeps its own clock. */
  get now(): number {
    return this.#now ?? Date.now();
  }

  set now(instant: number | null) {
    this.#now = instant;
  }

  /** The markets listed now, in the exchange's order. */
  get markets(): readonly VenueMarket[] {
    return this.#all.filter((market) => !this.#delisted.has(market.symbol));
  }

  /**
   * Sets some numbers of a ticker; they are sent digit by digit as given. Numbers that were never set follow from the
   * rest: bid and ask are one price step away from `last`, high and low enclose it, change and percentage are exact.
   * Brings back a removed ticker. Throws RangeError for a symbol that the venue never had. Subscribers of the ticker
   * receive it, and subscribers of the book receive what changed in it.
   */
  setTicker(symbol: string, change: Partial<VenueTicker>): void {
    const market = this.#require(symbol);
    const before = this.#toTicker(market);
    this.#tickers.set(symbol, { ...this.#tickers.get(symbol), ...change });
    this.#withoutTicker.delete(symbol);
    const after = this.#toTicker(market);
    if (!haveSameBook(before, after)) {
      const from = this.updateId(symbol);
      const to = from + updateIdStep;
      this.#updateIds.set(symbol, to);
      if (!this.#delisted.has(symbol)) this.emit({ kind: 'book', market, before, after, from, to });
    }
    if (!this.#delisted.has(symbol)) this.emit({ kind: 'ticker', market, ticker: after });
  }

  /** The update id of the symbol's book; only a change of the book makes it grow. */
  updateId(symbol: string): number {
    return this.#updateIds.get(symbol) ?? firstUpdateId;
  }

  /**
   * Records an executed trade as the newest one. REST serves it from now on, and subscribers of trades receive it. From
   * the first recorded trade on, the generated trades do not change. The ticker stays unchanged. Returns the trade with
   * its id and time. Throws RangeError for a symbol that the venue never had.
   */
  trade(symbol: string, trade: NewTrade): VenueTrade {
    const market = this.#require(symbol);
    const recorded = this.#tape(market).record(trade, this.#toTicker(market), this.now);
    if (!this.#delisted.has(symbol)) this.emit({ kind: 'trade', market, trade: recorded });
    return recorded;
  }

  /** From now on the symbol's generated trades do not change; a subscription to its trades has the same effect. */
  holdTrades(symbol: string): void {
    const market = this.#require(symbol);
    this.#tape(market).hold(this.#toTicker(market));
  }

  /** The symbol's newest trades, generated and recorded, oldest first. */
  trades(symbol: string): readonly VenueTrade[] {
    const market = this.#require(symbol);
    return this.#tape(market).all(this.#toTicker(market));
  }

  /** The market stays listed, but batches leave it out, and when requested alone it is an unknown symbol. */
  removeTicker(symbol: string): void {
    this.#require(symbol);
    this.#withoutTicker.add(symbol);
  }

  /** The exchange forgets the market: it is not listed, and an unknown symbol in every request. */
  delist(symbol: string): void {
    this.#require(symbol);
    this.#delisted.add(symbol);
  }

  /** Undoes `delist`. */
  relist(symbol: string): void {
    this.#delisted.delete(symbol);
  }

  /** The ticker as it would be sent now; null if it was removed or delisted. */
  ticker(symbol: string): VenueTicker | null {
    const market = this.#require(symbol);
    if (this.#withoutTicker.has(symbol) || this.#delisted.has(symbol)) return null;
    return this.#toTicker(market);
  }

  /** The candle that opens at `timestamp` as it would be sent now; null if there is a gap. */
  candle(symbol: string, timeframe: string, timestamp: number): VenueCandle | null {
    return this.candles(symbol, timeframe, timestamp, this.now);
  }

  /** Receives every event of the streams; here there are no listeners. */
  protected emit(_event: VenueEvent): void {}

  #toTicker(market: VenueMarket): VenueTicker {
    return toTicker(market, this.#tickers.get(market.symbol) ?? {}, this.now);
  }

  #tape(market: VenueMarket): Tape {
    const tape = this.#tapes.get(market.symbol) ?? new Tape(market);
    this.#tapes.set(market.symbol, tape);
    return tape;
  }

  #require(symbol: string): VenueMarket {
    const market = this.#all.find((candidate) => candidate.symbol === symbol);
    if (market === undefined) throw new RangeError(`the venue has no market ${symbol}`);
    return market;
  }
}

/** Base, quote and settle currency of a unified symbol; settle is null for spot. */
export function toCurrencies(symbol: string): {
  readonly base: string;
  readonly quote: string;
  readonly settle: string | null;
} {
  const [pair = '', settle] = symbol.split(':');
  const [base = '', quote = ''] = pair.split('/');
  return { base, quote, settle: settle ?? null };
}
