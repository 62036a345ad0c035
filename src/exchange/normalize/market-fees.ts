import type { Exchange, MarketInterface } from 'ccxt';
import type { Market, MarketType } from '../../market/model/market.ts';
import { toNumber } from './numbers.ts';

type Fees = Pick<Market, 'maker' | 'taker'>;

const unknown: Fees = { maker: null, taker: null };

/**
 * The fees between which a fraction is plausible. WEEX has 0.1 in ccxt, which is meant as per cent (weex.js, describe).
 */
const minFee = -0.01;
const belowFee = 0.1;

/**
 * The standard fees of a market, as fractions; null if they are unknown.
 *
 * ccxt merges `fees.trading` of an exchange into each market that has no fees (setMarkets of Exchange.js). These are the
 * fees of spot at nearly all exchanges that also trade contracts: a contract with exactly these fees was most likely
 * given them by ccxt, and not by the exchange, so its fees count as unknown.
 */
export function toFees(exchange: Exchange, type: MarketType, market: MarketInterface): Fees {
  const { maker, taker, percentage } = market;
  // Then the fees are amounts per contract.
  if (percentage === false) return unknown;
  const general = exchange.fees?.trading;
  const isGeneral = maker === general?.maker && taker === general?.taker;
  if (type !== 'spot' && isGeneral && exchange.has?.spot) return unknown;
  return { maker: toFee(maker), taker: toFee(taker) };
}

function toFee(value: unknown): number | null {
  const fee = toNumber(value);
  return fee !== null && fee >= minFee && fee < belowFee ? fee : null;
}
