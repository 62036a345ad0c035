import { places } from '../market/decimal.ts';
import type { VenueMarket } from '../market/model.ts';

/** A market with Kraken's several names for it. */
export interface KrakenMarket extends VenueMarket {
  readonly altname: string;
  readonly wsname: string;
  readonly baseId: string;
  readonly quoteId: string;
}

/** Asset ids with their altnames and ccxt's codes: old coins carry an X, old currencies a Z, newer ones nothing. */
const assets: readonly (readonly [id: string, altname: string, code: string, decimals: number])[] = [
  ['XXBT', 'XBT', 'BTC', 10],
  ['XETH', 'ETH', 'ETH', 10],
  ['XXRP', 'XRP', 'XRP', 8],
  ['XLTC', 'LTC', 'LTC', 10],
  ['XXDG', 'XDG', 'DOGE', 8],
  ['SOL', 'SOL', 'SOL', 10],
  ['ADA', 'ADA', 'ADA', 8],
  ['DOT', 'DOT', 'DOT', 10],
  ['LINK', 'LINK', 'LINK', 10],
  ['MATIC', 'MATIC', 'MATIC', 10],
  ['USDT', 'USDT', 'USDT', 8],
  ['USDC', 'USDC', 'USDC', 8],
  ['ZUSD', 'USD', 'USD', 4],
  ['ZEUR', 'EUR', 'EUR', 4],
];

function pair(id: string, symbol: string, price: string, priceStep: string, active = true): KrakenMarket {
  const [base, quote] = symbol.split('/').map((code) => assets.find((asset) => asset[2] === code));
  if (base === undefined || quote === undefined) throw new Error(`an asset of ${symbol} is missing`);
  return {
    symbol,
    id,
    active,
    price,
    priceStep,
    amountStep: '0.00000001',
    listedAt: Date.UTC(2013, 9, 6),
    altname: base[1] + quote[1],
    wsname: `${base[1]}/${quote[1]}`,
    baseId: base[0],
    quoteId: quote[0],
  };
}

/** Pairs of two old assets have the long id, all others their altname. MATIC/USD is in cancel_only mode. */
export const krakenMarkets: readonly KrakenMarket[] = [
  pair('XXBTZUSD', 'BTC/USD', '65000.0', '0.1'),
  pair('XXBTZEUR', 'BTC/EUR', '60000.0', '0.1'),
  pair('XETHZUSD', 'ETH/USD', '3500.00', '0.01'),
  pair('XETHZEUR', 'ETH/EUR', '3230.00', '0.01'),
  pair('XETHXXBT', 'ETH/BTC', '0.05384', '0.00001'),
  pair('XBTUSDT', 'BTC/USDT', '65010.0', '0.1'),
  pair('ETHUSDT', 'ETH/USDT', '3501.00', '0.01'),
  pair('XBTUSDC', 'BTC/USDC', '65005.0', '0.1'),
  pair('SOLUSD', 'SOL/USD', '150.00', '0.01'),
  pair('SOLEUR', 'SOL/EUR', '138.00', '0.01'),
  pair('XXRPZUSD', 'XRP/USD', '0.52000', '0.00001'),
  pair('ADAUSD', 'ADA/USD', '0.450000', '0.000001'),
  pair('DOTUSD', 'DOT/USD', '6.2000', '0.0001'),
  pair('LINKUSD', 'LINK/USD', '14.50000', '0.00001'),
  pair('XLTCZUSD', 'LTC/USD', '82.00', '0.01'),
  pair('XDGUSD', 'DOGE/USD', '0.1250000', '0.0000001'),
  pair('USDTZUSD', 'USDT/USD', '1.00000', '0.00001'),
  pair('MATICUSD', 'MATIC/USD', '0.5000', '0.0001', false),
];

/** The result of `Assets`. */
export function toAssets(): unknown {
  return Object.fromEntries(
    assets.map(([id, altname, , decimals]) => [
      id,
      { aclass: 'currency', altname, decimals, display_decimals: Math.min(5, decimals), status: 'enabled' },
    ]),
  );
}

/** One entry of the result of `AssetPairs`. */
export function toAssetPair(market: KrakenMarket): unknown {
  return {
    altname: market.altname,
    wsname: market.wsname,
    aclass_base: 'currency',
    base: market.baseId,
    aclass_quote: 'currency',
    quote: market.quoteId,
    lot: 'unit',
    cost_decimals: 5,
    pair_decimals: places(market.priceStep),
    lot_decimals: 8,
    lot_multiplier: 1,
    leverage_buy: [2, 3],
    leverage_sell: [2, 3],
    fees: [
      [0, 0.4],
      [10_000, 0.35],
      [50_000, 0.24],
    ],
    fees_maker: [
      [0, 0.25],
      [10_000, 0.2],
      [50_000, 0.14],
    ],
    fee_volume_currency: 'ZUSD',
    margin_call: 80,
    margin_stop: 40,
    ordermin: '0.0001',
    costmin: '0.5',
    tick_size: market.priceStep,
    status: market.active ? 'online' : 'cancel_only',
    long_position_limit: 300,
    short_position_limit: 240,
  };
}
