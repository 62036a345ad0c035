import { onTestFinished } from 'vitest';
import { readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { fetchFundingRateHistory } from '../../../src/exchange/fetch/derivatives/funding-rate-history.ts';
import { fetchFundingRates } from '../../../src/exchange/fetch/derivatives/funding-rates.ts';
import { fetchOpenInterest } from '../../../src/exchange/fetch/derivatives/open-interest.ts';
import { fetchOpenInterestHistory } from '../../../src/exchange/fetch/derivatives/open-interest-history.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { FundingHistoryQuery } from '../../../src/market/model/derivatives/funding-rate.ts';
import type { OpenInterestHistoryQuery } from '../../../src/market/model/derivatives/open-interest.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { connectTo, type SmallExchange, type SmallExchangeOptions } from './small-exchange.ts';

/** When it is on the clock of small exchanges, epoch ms. */
export const contractsNow = Date.UTC(2026, 2, 4, 12, 30);

/** ccxt's own class of an exchange with a few contracts. */
export interface SmallContracts extends SmallExchange {
  rates(symbols: readonly string[]): ReturnType<typeof fetchFundingRates>;
  payments(query: Omit<FundingHistoryQuery, 'exchange'>): ReturnType<typeof fetchFundingRateHistory>;
  interest(symbol: string): ReturnType<typeof fetchOpenInterest>;
  pastInterest(query: Omit<OpenInterestHistoryQuery, 'exchange'>): ReturnType<typeof fetchOpenInterestHistory>;
}

/** Starts an exchange that ends with the test. A market is given by its symbol and the exchange's own id. */
export async function contracts(
  exchange: string,
  markets: Readonly<Record<string, string>>,
  answer: SmallExchangeOptions['answer'],
): Promise<SmallContracts> {
  const clock = new ManualClock(contractsNow);
  const listed = Object.entries(markets).map(([symbol, id]) => ({ symbol, id }));
  const small = await connectTo(exchange, { markets: listed, answer, clock });
  onTestFinished(small.close);
  const { client } = small;
  // ccxt reads its own clock for some default ranges.
  client.ccxt.milliseconds = () => clock.now();
  const exchanges = readCatalogue();
  return {
    ...small,
    get requests() {
      return small.requests;
    },
    rates: (symbols) => fetchFundingRates(client, symbols, exchanges, clock.now),
    payments: (query) => fetchFundingRateHistory(client, { exchange, ...query }, exchanges, clock.now),
    interest: (symbol) => fetchOpenInterest(client, { exchange, symbol }, exchanges, clock.now),
    pastInterest: (query) => fetchOpenInterestHistory(client, { exchange, ...query }, exchanges, clock.now),
  };
}

/** For each symbol its rate, or the code of its error. */
export function summary(outcomes: Awaited<ReturnType<SmallContracts['rates']>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...outcomes].map(([symbol, outcome]) => [
      symbol,
      outcome instanceof MarketDataError ? outcome.code : outcome.rate,
    ]),
  );
}
