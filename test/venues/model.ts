import { type CandleSource, createCandleSource, type VenueCandle } from './candles.ts';
import { add, compare, divide, multiply, subtract } from './decimal.ts';

/** A market as every venue knows it; base, quote, settle and type follow from the symbol. */
export interface VenueMarket {
  /** ccxt's unified symbol: `BTC/USDT`, `BTC/USDT:USDT`. */
  readonly symbol: string;
  /** The exchange's own id, as it appears in its URLs. */
  readonly id: string;
  readonly active: boolean;
  /** The price 24 hours ago, in quote currency: what made-up prices move around. */
  readonly price: string;
  readonly priceStep: string;
  readonly amountStep: string;
  /** Its first candle opens at or after this, epoch ms. */
  readonly listedAt: number;
}

/** A ticker before it takes an exchange's shape. Decimal strings; null where the exchange has no such value. */
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
  /** Epoch ms; goes out only where the exchange sends a time. */
  readonly timestamp: number;
}

/** The truth behind one venue: its markets, tickers, candles and clock. Tests change it at any time. */
export class VenueModel {
  /**
   * Gives every candle of the venue; replace it to tell another story. Null leaves a gap. Its last argument is the
   * venue's clock, so that a candle may differ while it is forming.
   */
  candles: CandleSource;

  readonly #all: readonly VenueMarket[];
  readonly #tickers = new Map<string, Partial<VenueTicker>>();
  readonly #withoutTicker = new Set<string>();
  readonly #delisted = new Set<string>();
  #now: number | null = null;

  constructor(markets: readonly VenueMarket[]) {
    this.#all = markets;
    this.candles = createCandleSource(markets);
  }

  /** The venue's clock, epoch ms: the system's until set, and again after setting null. ccxt keeps its own clock. */
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
   * Sets some numbers of a ticker; they go out digit by digit as given. What was never set follows from the rest:
   * bid and ask are one price step beside `last`, high and low enclose it, change and percentage are exact.
   * Brings back a removed ticker. Throws RangeError for a symbol that the venue never had.
   */
  setTicker(symbol: string, change: Partial<VenueTicker>): void {
    this.#require(symbol);
    this.#tickers.set(symbol, { ...this.#tickers.get(symbol), ...change });
    this.#withoutTicker.delete(symbol);
  }

  /** The market stays listed, but batches leave it out, and asked for alone it is an unknown symbol. */
  removeTicker(symbol: string): void {
    this.#require(symbol);
    this.#withoutTicker.add(symbol);
  }

  /** The exchange forgets the market: not listed, and an unknown symbol wherever it is named. */
  delist(symbol: string): void {
    this.#require(symbol);
    this.#delisted.add(symbol);
  }

  /** Undoes `delist`. */
  relist(symbol: string): void {
    this.#delisted.delete(symbol);
  }

  /** The ticker as it would be sent now; null when removed or delisted. */
  ticker(symbol: string): VenueTicker | null {
    const market = this.#require(symbol);
    if (this.#withoutTicker.has(symbol) || this.#delisted.has(symbol)) return null;
    return toTicker(market, this.#tickers.get(symbol) ?? {}, this.now);
  }

  /** The candle that opens at `timestamp` as it would be sent now; null where there is a gap. */
  candle(symbol: string, timeframe: string, timestamp: number): VenueCandle | null {
    return this.candles(symbol, timeframe, timestamp, this.now);
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

function toTicker(market: VenueMarket, given: Partial<VenueTicker>, now: number): VenueTicker {
  const last = given.last ?? market.price;
  const open = given.open ?? market.price;
  const change = given.change ?? subtract(last, open);
  const vwap = given.vwap ?? last;
  const baseVolume = given.baseVolume ?? '1234.56780000';
  const [low, high] = compare(last, open) < 0 ? [last, open] : [open, last];
  return {
    last,
    open,
    change,
    vwap,
    baseVolume,
    bid: subtract(last, market.priceStep),
    bidVolume: '1.25000000',
    ask: add(last, market.priceStep),
    askVolume: '2.50000000',
    high,
    low,
    previousClose: open,
    percentage: divide(multiply(change, '100'), open, 3),
    quoteVolume: multiply(baseVolume, vwap),
    timestamp: now,
    ...given,
  };
}
