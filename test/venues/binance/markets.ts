import { toCurrencies, type VenueMarket } from '../market/model.ts';

/** Binance's three market-data APIs, each with its own host and its own ids. */
export type BinanceKind = 'spot' | 'linear' | 'inverse';

/** The API that serves a symbol, by its settle currency. */
export function kindOf(symbol: string): BinanceKind {
  const { base, settle } = toCurrencies(symbol);
  if (settle === null) return 'spot';
  return settle === base ? 'inverse' : 'linear';
}

function spot(pair: string, price: string, priceStep: string, amountStep: string, active = true): VenueMarket {
  const pad = (text: string): string => Number(text).toFixed(8);
  return {
    symbol: pair,
    id: pair.replace('/', ''),
    active,
    price: pad(price),
    priceStep: pad(priceStep),
    amountStep: pad(amountStep),
    listedAt: Date.UTC(2017, 7, 17, 4),
  };
}

function perpetual(symbol: string, id: string, price: string, priceStep: string, amountStep: string): VenueMarket {
  return { symbol, id, active: true, price, priceStep, amountStep, listedAt: Date.UTC(2019, 8, 25, 8) };
}

/** Spot prices carry eight decimals, as Binance sends them; LUNA is in a trading halt (status BREAK). */
export const binanceMarkets: readonly VenueMarket[] = [
  spot('ETH/BTC', '0.05384', '0.00001', '0.0001'),
  spot('BTC/USDT', '65000', '0.01', '0.00001'),
  spot('ETH/USDT', '3500', '0.01', '0.0001'),
  spot('BNB/USDT', '590', '0.01', '0.001'),
  spot('SOL/USDT', '150', '0.01', '0.001'),
  spot('XRP/USDT', '0.52', '0.0001', '0.1'),
  spot('ADA/USDT', '0.45', '0.0001', '0.1'),
  spot('DOGE/USDT', '0.125', '0.00001', '1'),
  spot('TRX/USDT', '0.12', '0.0001', '0.1'),
  spot('DOT/USDT', '6.2', '0.001', '0.01'),
  spot('LINK/USDT', '14.5', '0.01', '0.01'),
  spot('LTC/USDT', '82', '0.01', '0.001'),
  spot('AVAX/USDT', '28', '0.01', '0.01'),
  spot('ATOM/USDT', '6.8', '0.001', '0.01'),
  spot('UNI/USDT', '9.5', '0.001', '0.01'),
  spot('BCH/USDT', '390', '0.1', '0.001'),
  spot('XLM/USDT', '0.095', '0.0001', '1'),
  spot('NEAR/USDT', '5.3', '0.001', '0.1'),
  spot('FIL/USDT', '4.4', '0.001', '0.01'),
  spot('APT/USDT', '7.1', '0.01', '0.01'),
  spot('ARB/USDT', '0.82', '0.0001', '0.1'),
  spot('OP/USDT', '1.75', '0.001', '0.01'),
  spot('SHIB/USDT', '0.00001820', '0.00000001', '1'),
  spot('BTC/USDC', '65001', '0.01', '0.00001'),
  spot('ETH/USDC', '3500.5', '0.01', '0.0001'),
  spot('BTC/EUR', '60000', '0.01', '0.00001'),
  spot('ETH/EUR', '3230', '0.01', '0.0001'),
  spot('SOL/BTC', '0.0023', '0.0000001', '0.001'),
  spot('LUNA/USDT', '0.39', '0.0001', '0.01', false),
  perpetual('BTC/USDT:USDT', 'BTCUSDT', '65010.00', '0.10', '0.001'),
  perpetual('ETH/USDT:USDT', 'ETHUSDT', '3500.80', '0.01', '0.001'),
  perpetual('BTC/USD:BTC', 'BTCUSD_PERP', '64990.0', '0.1', '1'),
];
