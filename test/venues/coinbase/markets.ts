import { places } from '../market/decimal.ts';
import { toCurrencies, type VenueMarket, type VenueTicker } from '../market/model.ts';

function spot(symbol: string, price: string, priceStep: string, amountStep: string, active = true): VenueMarket {
  const id = symbol.replace('/', '-');
  return { symbol, id, active, price, priceStep, amountStep, listedAt: Date.UTC(2015, 6, 20, 21) };
}

/** LUNA-USD is delisted (trading_disabled) but still listed; BTC-PERP-INTX is a perpetual of the INTX venue. */
export const coinbaseMarkets: readonly VenueMarket[] = [
  spot('BTC/USD', '65000.00', '0.01', '0.00000001'),
  spot('ETH/USD', '3500.00', '0.01', '0.00000001'),
  spot('SOL/USD', '150.00', '0.01', '0.00000001'),
  spot('XRP/USD', '0.5200', '0.0001', '0.000001'),
  spot('DOGE/USD', '0.12500', '0.00001', '0.1'),
  spot('ADA/USD', '0.4500', '0.0001', '0.00000001'),
  spot('LTC/USD', '82.00', '0.01', '0.00000001'),
  spot('LINK/USD', '14.500', '0.001', '0.01'),
  spot('AVAX/USD', '28.00', '0.01', '0.00000001'),
  spot('DOT/USD', '6.200', '0.001', '0.00000001'),
  spot('USDT/USD', '1.00000', '0.00001', '0.01'),
  spot('BTC/EUR', '60000.00', '0.01', '0.00000001'),
  spot('ETH/EUR', '3230.00', '0.01', '0.00000001'),
  spot('BTC/USDT', '65010.00', '0.01', '0.00000001'),
  spot('ETH/USDT', '3501.00', '0.01', '0.00000001'),
  spot('ETH/BTC', '0.05384', '0.00001', '0.00000001'),
  spot('LUNA/USD', '0.3900', '0.0001', '0.01', false),
  { ...spot('BTC/USDC:USDC', '65020.0', '0.1', '0.0001'), id: 'BTC-PERP-INTX' },
];

/** A product in the public list: best bid and ask are always empty there, and so are all numbers without a ticker. */
export function toProduct(market: VenueMarket, ticker: VenueTicker | null): unknown {
  const { base, quote, settle } = toCurrencies(market.symbol);
  const isSpot = settle === null;
  return {
    product_id: market.id,
    price: ticker?.last ?? '',
    price_percentage_change_24h: ticker?.percentage ?? '',
    volume_24h: ticker?.baseVolume ?? '',
    volume_percentage_change_24h: '12.34567890123456',
    base_increment: market.amountStep,
    quote_increment: market.priceStep,
    quote_min_size: '1',
    quote_max_size: '150000000',
    base_min_size: market.amountStep,
    base_max_size: '3400',
    base_name: isSpot ? base : '',
    quote_name: quote,
    watched: false,
    is_disabled: !market.active,
    new: false,
    status: isSpot ? (market.active ? 'online' : 'delisted') : '',
    cancel_only: false,
    limit_only: false,
    post_only: false,
    trading_disabled: !market.active,
    auction_mode: false,
    product_type: isSpot ? 'SPOT' : 'FUTURE',
    quote_currency_id: quote,
    base_currency_id: isSpot ? base : '',
    fcm_trading_session_details: null,
    mid_market_price: '',
    alias: '',
    alias_to: [],
    base_display_symbol: isSpot ? base : '',
    quote_display_symbol: quote,
    view_only: false,
    price_increment: market.priceStep,
    display_name: isSpot ? market.id : `${base} PERP`,
    product_venue: isSpot ? 'CBE' : 'INTX',
    approximate_quote_24h_volume: ticker === null ? '' : Number(ticker.quoteVolume).toFixed(2),
    new_at: '2023-01-01T00:00:00Z',
    best_bid_price: '',
    best_ask_price: '',
    high_24h: ticker?.high ?? '',
    low_24h: ticker?.low ?? '',
    ...(isSpot ? {} : { future_product_details: toPerpetualDetails(base) }),
  };
}

function toPerpetualDetails(base: string): unknown {
  return {
    venue: '',
    contract_code: base,
    contract_expiry: null,
    contract_size: '1',
    contract_root_unit: base,
    group_description: '',
    contract_expiry_timezone: '',
    group_short_description: '',
    risk_managed_by: 'MANAGED_BY_VENUE',
    contract_expiry_type: 'PERPETUAL',
    perpetual_details: {
      open_interest: '4820.1',
      funding_rate: '0.000016',
      funding_time: '2024-04-09T09:00:00Z',
      max_leverage: '10',
    },
    contract_display_name: `${base} PERPETUAL`,
  };
}

const fiat: readonly (readonly [id: string, name: string])[] = [
  ['EUR', 'Euro'],
  ['USD', 'US Dollar'],
];

/** The data of `/v2/currencies`: state currencies only. */
export function toFiatCurrencies(): unknown {
  return fiat.map(([id, name]) => ({ id, name, min_size: '0.01' }));
}

/** The data of `/v2/currencies/crypto`. */
export function toCryptoCurrencies(): unknown {
  return toCodes()
    .filter((code) => fiat.every(([id]) => id !== code))
    .map((code, index) => ({
      asset_id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      code,
      name: code,
      color: '#0433FF',
      sort_index: 100 + index,
      exponent: 8,
      type: 'crypto',
      address_regex: '^(?:0x)?[0-9a-fA-F]{40}$',
    }));
}

/** The data of `/v2/exchange-rates`: how much of each currency one US dollar buys. */
export function toExchangeRates(): unknown {
  const rates = toCodes().map((code): readonly [string, string] => {
    const market = coinbaseMarkets.find(({ symbol }) => symbol === `${code}/USD`);
    return [code, market === undefined ? '1.0' : (1 / Number(market.price)).toFixed(places(market.priceStep) + 10)];
  });
  return { currency: 'USD', rates: Object.fromEntries(rates) };
}

function toCodes(): readonly string[] {
  return [...new Set(coinbaseMarkets.flatMap(({ symbol }) => [toCurrencies(symbol).base, toCurrencies(symbol).quote]))];
}
