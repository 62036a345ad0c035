import type { Exchange, MarketInterface, Ticker } from 'ccxt';
import { multiply } from './exact.ts';
import { toNumber } from './numbers.ts';

/** The traded base and quote amounts; undefined if not known. */
interface Volumes {
  readonly base: number | undefined;
  readonly quote: number | undefined;
}

/**
 * Exchanges whose contract tickers count contracts, which ccxt gives as baseVolume, with the field of their responses
 * that has the base amount. OKX: "Get Ticker", vol24h and volCcy24h. BloFin: "GET Tickers", vol24h and volCurrency24h.
 */
const contractCounts: Readonly<Record<string, string>> = {
  blofin: 'volCurrency24h',
  myokx: 'volCcy24h',
  okx: 'volCcy24h',
  okxus: 'volCcy24h',
};

/**
 * How far the mean price of a day may lie outside of its low and high, which may be from another day than the volumes.
 */
const slack = 0.1;

/** How far two equal figures of an exchange may differ because one of them was rounded. */
const roundingError = 0.0001;

/**
 * Makes an instance give the volumes of contracts in base and quote currency if their unit is provably different.
 * Many exchanges count contracts, or the settle currency of inverse contracts, and ccxt passes that on unchanged.
 */
export function correctVolumes(exchange: Exchange): void {
  const complete = exchange.safeTicker.bind(exchange);
  exchange.safeTicker = (given, market) => {
    const ticker = complete(given, market);
    const listed = market ?? findMarket(exchange, ticker.symbol);
    if (!listed?.contract || listed.option || !listed.symbol.includes('/')) return ticker;
    const volumes = volumesOf(exchange.id, listed, ticker);
    if (!volumes) return ticker;
    const { base, quote } = volumes;
    // The exchange's own figure is kept; a figure that ccxt computed from other units is not.
    const vwap = given.vwap === undefined ? meanOf(volumes, ticker) : ticker.vwap;
    return { ...ticker, baseVolume: base, quoteVolume: quote, vwap };
  };
}

function findMarket(exchange: Exchange, symbol: string | undefined): MarketInterface | undefined {
  const { markets } = exchange;
  return symbol !== undefined && markets && Object.hasOwn(markets, symbol) ? markets[symbol] : undefined;
}

/**
 * The volumes in base and quote currency; null if ccxt's figures may already be correct, or if that cannot be
 * determined.
 */
function volumesOf(exchange: string, market: MarketInterface, ticker: Ticker): Volumes | null {
  const [base, quote] = [toNumber(ticker.baseVolume), toNumber(ticker.quoteVolume)];
  const size = toNumber(market.contractSize);
  const isInverse = Boolean(market.inverse) && market.settle === market.base;
  if (base === null || (!market.linear && !isInverse)) return null;
  const field = contractCounts[exchange];
  if (field !== undefined) {
    const inBase = toNumber(Number.parseFloat(String(ticker.info?.[field]))) ?? undefined;
    const ofContracts = size === null ? undefined : multiply(base, size);
    if (isInverse) return { base: inBase, quote: ofContracts };
    return { base: inBase ?? ofContracts, quote: quote ?? undefined };
  }
  const isPrice = priceCheck(ticker);
  if (quote === null || base === 0 || quote === 0 || !isPrice || isPrice(quote / base)) return null;
  const others = isInverse ? inverseReadings(base, quote, size) : linearReadings(base, quote, size);
  const right = others.find((read) => read.quote !== undefined && isPrice(read.quote / read.base));
  if (right || isInverse || size === null) return right ?? null;
  // HTX gives contracts as the quote volume of linear contracts, and their worth is not known. The contracts match the
  // base volume except for rounding. The quote volume of a coin whose price is about 1 / size can also come close to
  // that.
  const isCount = Math.abs(multiply(quote, size) / base - 1) < roundingError;
  return isCount ? { base, quote: undefined } : null;
}

type Reading = Volumes & { readonly base: number };

/** The other ways to read the volumes of an inverse contract. */
function inverseReadings(base: number, quote: number, size: number | null): readonly Reading[] {
  // Bybit, Phemex: the quote amount as base volume and the settle amount as quote volume.
  const swapped = { base: quote, quote: base };
  if (size === null) return [swapped];
  // MEXC: contracts as base volume and the settle amount as quote volume. HTX: contracts as quote volume.
  return [swapped, { base: quote, quote: multiply(base, size) }, { base, quote: multiply(quote, size) }];
}

/** Another way to read the volumes of a linear contract: MEXC has contracts as base volume. */
function linearReadings(base: number, quote: number, size: number | null): readonly Reading[] {
  return size === null ? [] : [{ base: multiply(base, size), quote }];
}

/** The mean price that the volumes imply; undefined if it is impossible. */
function meanOf({ base, quote }: Volumes, ticker: Ticker): number | undefined {
  const mean = base && quote ? quote / base : undefined;
  return mean !== undefined && priceCheck(ticker)?.(mean) ? mean : undefined;
}

/** Checks whether a price may be the mean price of the day; null if no prices are known. */
function priceCheck({ low, high, last }: Ticker): ((price: number) => boolean) | null {
  const [lowest, highest] = [toNumber(low) ?? toNumber(last), toNumber(high) ?? toNumber(last)];
  if (lowest === null || highest === null || lowest <= 0) return null;
  return (price) => price >= lowest * (1 - slack) && price <= highest * (1 + slack);
}
