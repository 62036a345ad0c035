import { bookOf } from './book.ts';
import { type CandleWindow, candleUntil, listChangedOpens, listOpens } from './candles.ts';
import { liquidationsOf } from './derivatives/liquidations.ts';
import { openInterestAt } from './derivatives/open-interest.ts';
import { type SimMarket, toDecimal } from './markets.ts';
import { createRandom, hashText, valueNoise } from './noise.ts';
import {
  type OhlcvRow,
  toBookFields,
  toLiquidationFields,
  toOhlcvRow,
  toTickerFields,
  toTradeFields,
} from './structures.ts';
import { createRollingDay } from './ticker.ts';
import { newestTrades, oldestTrades } from './trades.ts';
import { createWalk, tickMs, ticksPerDay } from './walk.ts';

const ticksPerHour = ticksPerDay / 24;

/** The usual open interest of a swap, as a multiple of its daily volume. */
const openPerDay = 0.4;

/**
 * One simulated market: the input of ccxt's parsers as of a tick, given by its number. Later ticks never show in it.
 */
export type MarketSimulation = ReturnType<typeof createMarketSimulation>;

/** Sets up the market's walk. Simulations with the same market and seed give the same data. */
export function createMarketSimulation(market: SimMarket, seed: number | string) {
  const { symbol } = market;
  const dailyLots = market.dailyAmount * 10 ** market.amountDecimals;
  const walk = createWalk({
    seed,
    // All markets of a coin follow the same path.
    priceKey: market.base,
    amountKey: symbol,
    price: Math.round(market.price * 10 ** market.priceDecimals),
    dailyMove: market.dailyMove,
    dailyLots,
    priceFactor: market.priceFactor,
  });
  const liquidationHash = hashText(`liquidations:${seed}:${symbol}`);
  const liquidationInput = {
    walk,
    random: (tick: number) => createRandom(liquidationHash, 0, tick),
  };
  const contractHash = hashText(`contract:${seed}:${symbol}`);
  const noiseAt = (hours: number, tick: number) => valueNoise(contractHash, hours, hours * ticksPerHour, tick);
  const rollingDay = createRollingDay(walk);
  const book = (tick: number, depth: number) => bookOf(walk, symbol, dailyLots / ticksPerDay, tick, depth);

  return {
    symbol,
    indexSymbol: market.indexSymbol,
    ticker: (tick: number) => toTickerFields(market, tick, rollingDay(tick), book(tick, 1)),
    book: (tick: number, depth: number) => toBookFields(market, book(tick, depth)),
    candles: (tick: number, window: CandleWindow): OhlcvRow[] =>
      listOpens(window, tick * tickMs).map((open) =>
        toOhlcvRow(market, open, candleUntil(walk, window.timeframe, open, tick)),
      ),
    /** The candles that changed after tick `previous`. */
    changedCandles: (previous: number, tick: number, timeframe: string, limit: number): OhlcvRow[] =>
      listChangedOpens(timeframe, previous, tick, limit).map((open) =>
        toOhlcvRow(market, open, candleUntil(walk, timeframe, open, tick)),
      ),
    /** The newest `limit` trades of the ticks from `from` to `tick`, both included. */
    newestTrades: (from: number, tick: number, limit: number) =>
      newestTrades(walk, symbol, from, tick, limit).map((trade) => toTradeFields(market, trade)),
    /** The oldest `limit` trades of these ticks. */
    oldestTrades: (from: number, tick: number, limit: number) =>
      oldestTrades(walk, symbol, from, tick, limit).map((trade) => toTradeFields(market, trade)),
    /** The liquidations of the ticks from `from` to `tick`, both included. */
    liquidations: (from: number, tick: number) =>
      liquidationsOf(liquidationInput, from, tick).map((each) => toLiquidationFields(market, each)),
    /** A number in [-1, 1] that goes from one height to the next in about `hours`. */
    noiseAt,
    /** All open positions, in the base coin. */
    openInterest: (tick: number) =>
      toDecimal(openInterestAt({ usualLots: dailyLots * openPerDay, noiseAt }, tick), market.amountDecimals),
    /** The tick's price, in the quote coin. */
    last: (tick: number) => toDecimal(walk.tick(tick).price, market.priceDecimals),
  };
}
