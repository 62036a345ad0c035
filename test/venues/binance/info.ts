import { places } from '../market/decimal.ts';
import { toCurrencies, type VenueMarket } from '../market/model.ts';
import type { BinanceKind } from './markets.ts';

const orderTypes = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
];
const rateLimits = [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 }];

/** The exchangeInfo of one API with its listed markets. `now` is epoch ms. */
export function toExchangeInfo(kind: BinanceKind, markets: readonly VenueMarket[], now: number): unknown {
  const common = { timezone: 'UTC', serverTime: now, rateLimits, exchangeFilters: [] };
  if (kind === 'spot') return { ...common, symbols: markets.map(toSpotSymbol) };
  const futuresType = kind === 'linear' ? { futuresType: 'U_MARGINED', assets: [] } : {};
  return { ...common, ...futuresType, symbols: markets.map((market) => toContract(kind, market)) };
}

function toSpotSymbol(market: VenueMarket): unknown {
  const { base, quote } = toCurrencies(market.symbol);
  const { priceStep, amountStep } = market;
  return {
    symbol: market.id,
    status: market.active ? 'TRADING' : 'BREAK',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes,
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: true,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    isSpotTradingAllowed: market.active,
    isMarginTradingAllowed: market.active,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: priceStep, maxPrice: '1000000.00000000', tickSize: priceStep },
      { filterType: 'LOT_SIZE', minQty: amountStep, maxQty: '9000.00000000', stepSize: amountStep },
      { filterType: 'ICEBERG_PARTS', limit: 10 },
      { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '120.00000000', stepSize: '0.00000000' },
      { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true, maxNotional: '9000000.00000000' },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    ],
    permissions: [],
    permissionSets: [['SPOT', 'MARGIN']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'],
  };
}

function toContract(kind: 'linear' | 'inverse', market: VenueMarket): unknown {
  const { base, quote, settle } = toCurrencies(market.symbol);
  const { priceStep, amountStep } = market;
  const status = market.active ? 'TRADING' : 'SETTLING';
  return {
    symbol: market.id,
    pair: `${base}${quote}`,
    contractType: 'PERPETUAL',
    deliveryDate: 4_133_404_800_000,
    onboardDate: market.listedAt,
    ...(kind === 'linear' ? { status } : { contractStatus: status, contractSize: 100 }),
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: base,
    quoteAsset: quote,
    marginAsset: settle,
    pricePrecision: places(priceStep),
    quantityPrecision: places(amountStep),
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: ['PoW'],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: priceStep, maxPrice: '4529764', tickSize: priceStep },
      { filterType: 'LOT_SIZE', minQty: amountStep, maxQty: '1000', stepSize: amountStep },
      { filterType: 'MARKET_LOT_SIZE', minQty: amountStep, maxQty: '120', stepSize: amountStep },
      { filterType: 'MIN_NOTIONAL', notional: '100' },
    ],
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}
