import type { MarketInterface } from 'ccxt';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';

const ExchangeClass = await loadExchangeClass('kraken', false);
const exchange = new ExchangeClass({});

/** A market as ccxt describes it. Only these fields differ from its defaults. */
export function toCcxtMarket(fields: Readonly<Record<string, unknown>>): MarketInterface {
  const market = exchange.safeMarketStructure({ ...fields });
  if (!market) throw new Error('ccxt made no market');
  return market;
}
