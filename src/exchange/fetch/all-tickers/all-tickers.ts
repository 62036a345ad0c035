import { MarketDataError } from '../../../market/errors.ts';
import type { AllTickers, MissingTickers } from '../../../market/model/all-tickers.ts';
import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import type { Markets, MarketType } from '../../../market/model/market.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { AllTickersRound } from './all-tickers-round.ts';
import { groupMarkets } from './ticker-kinds.ts';

/** How many exchanges an error names that have such a call. */
const maxSuggestions = 10;

/**
 * The tickers of all active markets of a type. Rejects with NOT_SUPPORTED, with the other `exchanges` that have a call for
 * many tickers, and with the first error if nothing could be fetched.
 */
export async function fetchAllTickers(
  client: ExchangeClient,
  type: MarketType | null,
  now: () => number,
  exchanges: readonly ExchangeInfo[],
): Promise<AllTickers> {
  const exchange = client.info.id;
  if (!can(client.ccxt, 'TICKERS')) throw notSupported(exchange, exchanges);
  const markets = await client.markets();
  const round = new AllTickersRound(client, await groupMarkets(client, markets, type), now);
  await round.fetch();
  const { tickers, receivedAt } = round;
  const missing = [...round.missing, ...unlistedOf(markets, type)];
  const [first] = missing;
  if (tickers.length === 0 && first) throw first.error;
  const times = { timestamp: null, receivedAt };
  return Object.freeze({ exchange, type, tickers, missing, ...times, source: 'FETCH', stale: false });
}

/** A symbol of each kind of market whose list can fail on its own, by type. */
const symbolsByType: Readonly<Record<MarketType, readonly string[]>> = {
  spot: ['BTC/USDT'],
  swap: ['BTC/USDT:USDT', 'BTC/USD:BTC'],
  future: ['BTC/USDT:USDT-301227', 'BTC/USD:BTC-301227'],
  option: ['BTC/USDT:USDT-301227-100000-C'],
};

/** The kinds whose markets could not be listed, so that their tickers are missing too. */
function unlistedOf(markets: Markets, type: MarketType | null): readonly MissingTickers[] {
  const types: readonly MarketType[] = type === null ? ['spot', 'swap'] : [type];
  const errors = types.flatMap((each) => symbolsByType[each]).map((symbol) => markets.whyMissing?.(symbol) ?? null);
  const distinct = new Map(errors.flatMap((error) => (error ? [[error.message, error] as const] : [])));
  return [...distinct.values()].map((error) => ({ symbols: [], error }));
}

function notSupported(exchange: string, exchanges: readonly ExchangeInfo[]): MarketDataError {
  const able = exchanges.filter(({ id, has }) => id !== exchange && has.includes('TICKERS')).map(({ id }) => id);
  const suggestions = able.slice(0, maxSuggestions);
  const others = able.length > suggestions.length ? ' and others' : '';
  const hint = suggestions.length > 0 ? `; ${suggestions.join(', ')}${others} can` : '';
  const message = `${exchange} cannot send the tickers of many markets in one call${hint}.`;
  return new MarketDataError('NOT_SUPPORTED', message, { exchange, suggestions });
}
