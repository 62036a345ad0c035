import type { MarketInterface } from 'ccxt';
import { toMarketDataError } from '../../access/errors.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { findMarket } from '../../clients/find-market.ts';
import { fetchTickerGroup } from './ticker-group.ts';
import type { TickerOutcomes } from './ticker-round.ts';

/** How many unknown symbols of one call get suggestions: finding the nearest among thousands of symbols takes time. */
const maxSuggestions = 20;

/**
 * Tickers of one exchange's symbols, split by market type because exchanges refuse mixed requests. Symbols that do not
 * exist, or that the exchange refused a moment ago, are not sent. Never rejects: each symbol fails on its own.
 */
export async function fetchTickers(
  client: ExchangeClient,
  symbols: readonly string[],
  now: () => number,
): Promise<TickerOutcomes> {
  const outcomes: TickerOutcomes = new Map();
  if (symbols.length === 0) return outcomes;
  const exchange = client.info.id;
  try {
    const markets = await client.markets();
    let unknown = 0;
    const groups = new Map<string, MarketInterface[]>();
    for (const symbol of new Set(symbols)) {
      const refusal = client.refused.get(symbol);
      if (refusal) {
        outcomes.set(symbol, refusal);
        continue;
      }
      try {
        const market = findMarket(client, markets, symbol, unknown < maxSuggestions);
        const type = [market.type, market.subType, market.settle].join();
        const group = groups.get(type);
        if (group) group.push(market);
        else groups.set(type, [market]);
      } catch (error) {
        unknown += 1;
        outcomes.set(symbol, toMarketDataError(error, { exchange, symbol }));
      }
    }
    await Promise.all([...groups].map(([kind, group]) => fetchTickerGroup(client, kind, group, now, outcomes)));
  } catch (error) {
    const failure = toMarketDataError(error, { exchange });
    for (const symbol of symbols) outcomes.set(symbol, failure.withSymbol(symbol));
  }
  return outcomes;
}
