import type { MarketInterface } from 'ccxt';

// How lists of all tickers are divided at some exchanges, beyond the type of market. Each entry names its source.

/** The parameter of ccxt's fetchTickers that names the part of the list that a contract is in. */
type PartOf = (market: MarketInterface) => Readonly<Record<string, string>>;

const bySettle: PartOf = ({ settle }) => ({ settle: `${settle}`.toLowerCase() });

/**
 * Gate: `/futures/{settle}/tickers` and `/delivery/{settle}/tickers` (prepareRequest in gate.js of ccxt). Bitget:
 * `productType` is one of USDT-FUTURES, USDC-FUTURES and COIN-FUTURES (handleProductTypeAndParams in bitget.js of ccxt).
 */
const parts: Readonly<Record<string, PartOf>> = {
  bitget: ({ settle, linear }) => ({ productType: linear ? `${settle}-FUTURES` : 'COIN-FUTURES' }),
  gate: bySettle,
  gateeu: bySettle,
  gateio: bySettle,
};

/** The parameters for the list of all tickers that has this market; empty where the type of market says enough. */
export function tickerListParams(exchange: string, market: MarketInterface): Readonly<Record<string, string>> {
  const isDivided = market.contract && !market.option && Object.hasOwn(parts, exchange);
  return isDivided ? (parts[exchange]?.(market) ?? {}) : {};
}
