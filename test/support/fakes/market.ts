import { type Market, noLimits } from '../../../src/market/model/market.ts';

const blank: Market = {
  exchange: '',
  symbol: '',
  exchangeSymbol: '',
  base: '',
  quote: '',
  settle: null,
  type: 'spot',
  active: true,
  margin: null,
  linear: null,
  inverse: null,
  contractSize: null,
  expiry: null,
  strike: null,
  optionType: null,
  listedAt: null,
  maker: null,
  taker: null,
  limits: noLimits,
  pricePrecision: null,
  amountPrecision: null,
};

/** A market with the base and the quote of its symbol, and the given fields. */
export function marketOf(exchange: string, symbol: string, fields: Partial<Market> = {}): Market {
  const [pair = '', contract] = symbol.split(':');
  const [base = '', quote = ''] = pair.split('/');
  const settle = contract?.split('-')[0] ?? null;
  const type = contract === undefined ? 'spot' : 'swap';
  return { ...blank, exchange, symbol, exchangeSymbol: `${base}${quote}`, base, quote, settle, type, ...fields };
}
