import { MarketDataError } from '../../../market/errors.ts';
import { toFundingRate } from '../../normalize/funding-rate.ts';
import { newestOf } from './newest.ts';
import type { Watch } from './watch.ts';

export const fundingRateWatch: Watch<'fundingRate'> = {
  capabilities: ['STREAM_FUNDING_RATE'],
  next: async (exchange, { symbol, exchange: id }, now) => {
    const rate = exchange.has.watchFundingRate
      ? await exchange.watchFundingRate(symbol)
      : (await exchange.watchFundingRates([symbol]))[symbol];
    if (!rate) throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${id} pushed no funding rate for ${symbol}.`);
    const newest = newestOf(exchange.fundingRates, symbol, rate);
    return Object.freeze({ ...toFundingRate(id, symbol, newest, now()), source: 'STREAM' });
  },
  unwatch: (exchange, { symbol }) => {
    if (exchange.has.watchFundingRate) {
      return exchange.has.unWatchFundingRate ? exchange.unWatchFundingRate(symbol) : null;
    }
    return exchange.has.unWatchFundingRates ? exchange.unWatchFundingRates([symbol]) : null;
  },
};
