import type { Exchange, MarketInterface } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { Market } from '../../market/model/market.ts';
import { isNamed, toMarket } from '../normalize/market.ts';
import type { FailedPart } from './market-list-load.ts';
import { isIn } from './missing-markets.ts';

type CcxtMarkets = Readonly<Record<string, MarketInterface | undefined>>;

/** ccxt's markets in our model, sorted by symbol. Throws BAD_EXCHANGE_RESPONSE if there are none. */
export function toMarkets(exchange: Exchange, loaded: CcxtMarkets): Map<string, Market> {
  const markets = new Map<string, Market>();
  for (const symbol of Object.keys(loaded).sort()) {
    const listed = loaded[symbol];
    const market = listed ? toMarket(exchange, listed) : null;
    if (market) markets.set(symbol, market);
  }
  if (markets.size === 0) {
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange.id} sent a list without any market.`, {
      exchange: exchange.id,
    });
  }
  return markets;
}

/** The markets that an instance has now, plus those of the failed parts as they were `before`. The instance gets both. */
export function keepKnown(exchange: Exchange, before: CcxtMarkets, failed: readonly FailedPart[]): Map<string, Market> {
  const listed: CcxtMarkets = exchange.markets ?? {};
  const kept = Object.values(before).filter(
    (market) => market && !Object.hasOwn(listed, market.symbol) && failed.some((part) => isIn(part, market.symbol)),
  );
  if (kept.length > 0) {
    exchange.setMarkets([...Object.values(listed), ...kept]);
    exchange.marketsLoading = Promise.resolve(exchange.markets ?? {});
  }
  return toMarkets(exchange, exchange.markets ?? {});
}

/** How many markets ccxt could not name. It counts ids, because markets without a symbol share one. */
export function countUnnamed({ markets_by_id: byId }: Exchange): number {
  const listed: readonly MarketInterface[] = Object.values(byId ?? {}).flat();
  return listed.filter((market) => !isNamed(market)).length;
}
