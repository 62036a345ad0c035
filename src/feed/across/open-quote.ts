import type { Clock } from '../../base/clock.ts';
import { errorOf, toMarketDataError } from '../../market/errors.ts';
import { joinErrors } from '../../market/join-errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import { requireMarket } from '../../market/model/not-found.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { SharableTopic, TopicSubscriber } from '../topics/topic-subscriber.ts';
import { listMarkets, listWaitMs } from './list-markets.ts';
import { QuoteSubscription } from './quote-subscription.ts';

export interface OpenQuoteOptions {
  readonly marketData: Pick<MarketData, 'exchange' | 'fetchMarkets'>;
  readonly clock: Clock;
  /** Subscribes to the tickers of one market. */
  readonly join: (market: MarketRef, subscriber: TopicSubscriber<Ticker>) => SharableTopic<Ticker>;
}

/** How many exchanges that do not list the symbol suggest others; each search takes a millisecond or two. */
const maxSuggesting = 3;

/**
 * Subscribes to the quotes of a symbol on distinct exchanges. Each exchange joins as soon as its list of markets has the
 * symbol, or if it cannot list its markets at present. Throws EXCHANGE_NOT_FOUND, which names all unknown exchanges.
 */
export function openQuote(
  symbol: string,
  exchanges: readonly string[],
  { marketData, clock, join }: OpenQuoteOptions,
): QuoteSubscription {
  requireExchanges(exchanges, marketData);
  const subscription = new QuoteSubscription(symbol, exchanges, clock);
  let refusals = 0;

  async function begin(exchange: string): Promise<void> {
    const markets = await listMarkets({ marketData, clock }, exchange, listWaitMs).catch(() => null);
    const isListed = !markets || markets.has(symbol) || Boolean(markets.whyMissing?.(symbol));
    if (!isListed) refusals += 1;
    const error = isListed ? null : errorOf(() => requireMarket(exchange, symbol, markets, refusals <= maxSuggesting));
    if (error) subscription.refuse(exchange, error);
    else subscription.join(exchange, (subscriber) => join({ exchange, symbol }, subscriber));
  }

  for (const exchange of exchanges) {
    begin(exchange).catch((error: unknown) => subscription.fail(toMarketDataError(error)));
  }
  return subscription;
}

function requireExchanges(exchanges: readonly string[], marketData: Pick<MarketData, 'exchange'>): void {
  const errors = exchanges.flatMap((exchange) => errorOf(() => marketData.exchange(exchange)) ?? []);
  if (errors.length > 0) throw joinErrors(errors);
}
