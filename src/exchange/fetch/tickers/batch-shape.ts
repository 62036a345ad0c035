import type { MarketInterface } from 'ccxt';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { batchPaysFrom, underlyingParams } from '../../quirks/rest-quirks.ts';

/** Sizes that exchanges are likely to use as their limit. */
const likelySizes = [500, 400, 300, 250, 200, 150, 100, 50, 40, 30, 25, 20, 15, 10];

/**
 * Groups markets by their underlying pair, in order of appearance. Options and dated futures have several markets per
 * pair.
 */
export function byUnderlying(markets: readonly MarketInterface[]): readonly (readonly MarketInterface[])[] {
  const groups = new Map<string, MarketInterface[]>();
  for (const market of markets) {
    const underlying = `${market.base}/${market.quote}`;
    const group = groups.get(underlying);
    if (group) group.push(market);
    else groups.set(underlying, [market]);
  }
  return [...groups.values()];
}

/** True for markets of several underlyings, if one underlying may have several markets. */
export function mixesUnderlyings(markets: readonly MarketInterface[]): boolean {
  return hasTerm(markets) && byUnderlying(markets).length > 1;
}

/** Splits markets of one kind into the batches that the exchange accepts, as far as that is known. */
export function toBatches(
  { info, batchLimits }: ExchangeClient,
  kind: string,
  markets: readonly MarketInterface[],
): readonly (readonly MarketInterface[])[] {
  const [market] = markets;
  if (!market) return [];
  const isApart = batchLimits.isPerUnderlying(kind) || underlyingParams(info.id, market) !== null;
  const groups = isApart ? byUnderlying(markets) : [markets];
  return groups.flatMap((group) => splitEvenly(group, batchLimits.maxSize(kind)));
}

/** The smallest number of parts with at most `maxSize` items, all of about the same length. */
export function splitEvenly<T>(items: readonly T[], maxSize: number): readonly (readonly T[])[] {
  const count = Math.max(1, Math.ceil(items.length / maxSize));
  const size = Math.ceil(items.length / count);
  const starts = Array.from({ length: count }, (_, index) => index * size).filter((start) => start < items.length);
  return starts.map((start) => items.slice(start, start + size));
}

/** True when one call for all of these markets costs no more than a call for each. */
export function paysAsBatch({ ccxt, info }: ExchangeClient, markets: readonly MarketInterface[]): boolean {
  const [market, ...others] = markets;
  if (!market || others.length === 0) return false;
  return markets.length >= batchPaysFrom(info.id, market) || !can(ccxt, 'TICKER');
}

/** True for a refused batch so small that its markets are requested one by one: halving it would cost as many calls. */
export function isSmall({ length }: readonly MarketInterface[]): boolean {
  return length <= 4;
}

/**
 * Splits a refused batch. Markets of several underlyings are split between two underlyings. Others are split near the
 * middle: after `accepted` markets if that many were accepted before, otherwise at a size that is likely to be the
 * limit.
 */
export function splitBatch(
  markets: readonly MarketInterface[],
  accepted: number,
): readonly (readonly MarketInterface[])[] {
  if (mixesUnderlyings(markets)) {
    const groups = byUnderlying(markets);
    const middle = Math.ceil(groups.length / 2);
    return [groups.slice(0, middle).flat(), groups.slice(middle).flat()];
  }
  if (isSmall(markets)) return markets.map((market) => [market]);
  const half = Math.floor(markets.length / 2);
  const isNear = accepted >= half && accepted < markets.length;
  const first = isNear ? accepted : (likelySizes.find((size) => size <= half) ?? half);
  return [markets.slice(0, first), markets.slice(first)];
}

function hasTerm([market]: readonly MarketInterface[]): boolean {
  return market !== undefined && (market.option === true || market.future === true);
}
