/** A coin whose price all of its markets follow. */
interface Coin {
  readonly code: string;
  /** The price in USDT around which its walk moves. */
  readonly price: number;
  /** Decimals of its prices: one step is well below a day's move, mostly around 0.01 %. */
  readonly priceDecimals: number;
  readonly amountDecimals: number;
  /** Standard deviation of a day's return. */
  readonly dailyMove: number;
  /** The average volume of a day against USDT, in coins. */
  readonly dailyAmount: number;
}

/** One simulated market: what ccxt lists about it, and what its walk needs. */
export interface SimMarket {
  readonly id: string;
  readonly symbol: string;
  readonly type: 'spot' | 'swap';
  readonly base: string;
  readonly quote: string;
  /** Only for swaps: the coin it is settled in. */
  readonly settle?: string;
  /** Only for swaps: the symbol of the spot market whose price is its index. */
  readonly indexSymbol?: string;
  /** The coin's price in USDT, and the market's price as a multiple of it. */
  readonly price: number;
  readonly priceFactor: number;
  readonly priceDecimals: number;
  readonly amountDecimals: number;
  readonly dailyMove: number;
  /** The average volume of a day, in base coins. */
  readonly dailyAmount: number;
}

type Row = readonly [
  code: string,
  price: number,
  priceDecimals: number,
  amountDecimals: number,
  dailyMove: number,
  dailyAmount: number,
];

const rows: readonly Row[] = [
  ['BTC', 100_000, 2, 5, 0.024, 18_000],
  ['ETH', 3_500, 2, 4, 0.033, 350_000],
  ['XRP', 2.3, 4, 1, 0.04, 180_000_000],
  ['BNB', 850, 2, 3, 0.027, 300_000],
  ['SOL', 170, 2, 3, 0.042, 3_500_000],
  ['DOGE', 0.18, 5, 0, 0.046, 1_200_000_000],
  ['TRX', 0.3, 5, 1, 0.02, 350_000_000],
  ['ADA', 0.6, 5, 1, 0.045, 150_000_000],
  ['LINK', 15, 3, 2, 0.044, 4_000_000],
  ['AVAX', 20, 3, 2, 0.045, 3_000_000],
  ['XLM', 0.28, 5, 0, 0.043, 150_000_000],
  ['SUI', 2.5, 4, 1, 0.052, 40_000_000],
  ['BCH', 500, 2, 3, 0.037, 60_000],
  ['HBAR', 0.17, 5, 0, 0.047, 200_000_000],
  ['LTC', 95, 2, 3, 0.036, 500_000],
  ['TON', 2.2, 4, 2, 0.038, 10_000_000],
  ['SHIB', 0.00001, 9, 0, 0.045, 9_000_000_000_000],
  ['DOT', 3.2, 4, 2, 0.043, 9_000_000],
  ['UNI', 6.5, 4, 2, 0.048, 4_000_000],
  ['AAVE', 200, 2, 3, 0.046, 200_000],
];

/** Invented, constant rates of the other quotes against USDT, and of a swap against its spot market. */
const eurPerUsdt = 0.92;
const usdPerUsdt = 0.9996;
const swapPerSpot = 1.0002;

/** The exchange's markets: twenty coins against USDT, BTC and ETH against EUR and USD, and two linear swaps. */
export function createMarkets(): readonly SimMarket[] {
  const coins = rows.map(toCoin);
  const majors = coins.filter(({ code }) => code === 'BTC' || code === 'ETH');
  return [
    ...coins.map((coin) => toSpot(coin, 'USDT', 1, 1)),
    ...majors.map((coin) => toSpot(coin, 'EUR', eurPerUsdt, 0.1)),
    ...majors.map((coin) => toSpot(coin, 'USD', usdPerUsdt, 0.4)),
    ...majors.map(toSwap),
  ];
}

function toCoin([code, price, priceDecimals, amountDecimals, dailyMove, dailyAmount]: Row): Coin {
  return { code, price, priceDecimals, amountDecimals, dailyMove, dailyAmount };
}

function toSpot({ code, ...coin }: Coin, quote: string, priceFactor: number, share: number): SimMarket {
  return {
    ...coin,
    id: `${code}${quote}`,
    symbol: `${code}/${quote}`,
    type: 'spot',
    base: code,
    quote,
    priceFactor,
    dailyAmount: coin.dailyAmount * share,
  };
}

function toSwap(coin: Coin): SimMarket {
  const spot = toSpot(coin, 'USDT', swapPerSpot, 8);
  return {
    ...spot,
    id: `${spot.id}-PERP`,
    symbol: `${spot.symbol}:USDT`,
    type: 'swap',
    settle: 'USDT',
    indexSymbol: spot.symbol,
  };
}

/**
 * The decimal number nearest to `count` units of the last of `decimals` decimals: converts steps to a price, lots to an
 * amount.
 */
export function toDecimal(count: number, decimals: number): number {
  return count / 10 ** decimals;
}
