import { maxRows } from './arguments.ts';
import { simTimeframes } from './candles.ts';

/** The seed of the walks, unless `options.seed` is given. */
export const defaultSeed = 1;

/** The exchange's description, which `describe()` merges into ccxt's own defaults. */
export const simDescription = {
  id: 'sim',
  name: 'Simulated exchange',
  countries: [],
  rateLimit: 1,
  pro: true,
  has: {
    publicAPI: true,
    privateAPI: false,
    spot: true,
    margin: false,
    swap: true,
    future: false,
    option: false,
    fetchMarkets: true,
    fetchTicker: true,
    fetchTickers: true,
    fetchOHLCV: true,
    fetchOrderBook: true,
    fetchTrades: true,
    fetchFundingRate: true,
    fetchFundingRates: true,
    fetchFundingRateHistory: true,
    fetchOpenInterest: true,
    fetchOpenInterestHistory: true,
    watchTicker: true,
    watchTickers: true,
    watchOHLCV: true,
    watchOrderBook: true,
    watchTrades: true,
    watchLiquidations: true,
    unWatchTicker: true,
    unWatchTickers: true,
    unWatchOHLCV: true,
    unWatchOrderBook: true,
    unWatchTrades: true,
    // ccxt's base class claims these for every exchange.
    cancelOrder: false,
    createLimitOrder: false,
    createMarketOrder: false,
    createMarketOrderWs: false,
    createOrder: false,
    editOrder: false,
    fetchBalance: false,
    fetchCurrencies: false,
    fetchCurrenciesWs: false,
    fetchL2OrderBook: false,
  },
  timeframes: Object.fromEntries(simTimeframes.map((timeframe) => [timeframe, timeframe])),
  features: {
    spot: { fetchOHLCV: { limit: maxRows } },
    swap: { linear: { fetchOHLCV: { limit: maxRows } } },
  },
  requiredCredentials: { apiKey: false, secret: false },
  // ccxt's TICK_SIZE: a market's precision is its smallest step, not a number of decimals.
  precisionMode: 4,
  options: { seed: defaultSeed },
};
