import type { Clock } from '../../base/clock.ts';
import { settledInTime } from '../../base/settled-in-time.ts';
import { MarketDataError, toMarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { Quote } from '../../market/quotes/quote.ts';
import { quoteTimeout, quoteWaitMs } from '../../market/quotes/quote-timeout.ts';
import { toQuote } from '../../market/quotes/to-quote.ts';
import type { TickerLoader } from './loaders.ts';
import type { OperationMarketData } from './operation-market-data.ts';

export interface QuoteSources {
  readonly marketData: OperationMarketData;
  readonly tickers: TickerLoader;
  readonly clock: Clock;
  /** Called with an error that an exchange cannot be the cause of. */
  readonly onBug: (error: MarketDataError) => void;
}

/** The quote of a symbol on distinct exchanges, all of which exist. Never rejects: each exchange fails alone. */
export async function fetchQuote(symbol: string, exchanges: readonly string[], sources: QuoteSources): Promise<Quote> {
  const { clock, onBug, marketData } = sources;
  const calls = exchanges.map((exchange) => loadTicker({ exchange, symbol }, sources));
  const outcomes = await settledInTime(clock, quoteWaitMs, calls);
  const inputs = exchanges.map((exchange, index) => {
    const outcome = outcomes[index];
    if (!outcome) return { exchange, result: quoteTimeout({ exchange, symbol }) };
    if (outcome.status === 'fulfilled') return { exchange, result: outcome.value };
    const result = toMarketDataError(outcome.reason);
    if (result.code === 'INTERNAL_SERVER_ERROR') onBug(result);
    return { exchange, result };
  });
  const now = clock.now();
  marketData.markAged(now);
  return toQuote(symbol, inputs, now);
}

/**
 * The ticker of a market. Most exchanges lack most symbols, so the list of markets is read first: then the answer can be
 * kept, because it is known for how long the exchange will lack the symbol, and no suggestions are searched, which takes a
 * millisecond or two per exchange.
 */
async function loadTicker(market: MarketRef, { marketData, tickers }: QuoteSources): Promise<Ticker> {
  const { exchange, symbol } = market;
  const markets = await marketData.fetchMarkets(exchange).catch(() => null);
  const isListed = !markets || markets.has(symbol) || Boolean(markets.whyMissing?.(symbol));
  if (isListed) return tickers.load(market);
  throw new MarketDataError('SYMBOL_NOT_FOUND', `${exchange} has no market ${symbol}.`, market);
}
