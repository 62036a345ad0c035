import { createVenue, type ExchangeConfig, type Venue, type VenueRequest } from '../venue.ts';

type Answer = (query: VenueRequest['query']) => unknown;

/** Stand-ins for exchanges that list a few markets of each kind and serve the ticker of one. */
export const listers = {
  okx: createOkx,
  htx: createHtx,
  bybit: createBybit,
  bigone: createBigone,
  kucoin: createKucoin,
  bitflyer: createBitflyer,
  phemex: createPhemex,
};

function createLister(
  answers: Readonly<Record<string, Answer>>,
  api: (url: string) => ExchangeConfig['urls']['api'],
): Promise<Venue> {
  return createVenue({
    markets: [],
    routes: Object.entries(answers).map(([path, answer]) => ({
      path: new RegExp(path),
      answer: (query) => ({ body: answer(query) }),
    })),
    refuse: (status) => ({ status, body: `<html><head><title>${status}</title></head></html>` }),
    exchangeConfig: (url) => ({ urls: { api: api(url) } }),
  });
}

/** One host for all kinds, one URL for all lists. */
function createOkx(): Promise<Venue> {
  const common = { lotSz: '1', minSz: '1', tickSz: '0.1', state: 'live', lever: '10', listTime: '1600000000000' };
  const contract = { ...common, baseCcy: '', quoteCcy: '', ctMult: '1' };
  const expTime = String(Date.UTC(2027, 11, 31, 8));
  const option = { ...contract, instType: 'OPTION', settleCcy: 'BTC', uly: 'BTC-USD', ctVal: '0.01', expTime };
  const lists: Readonly<Record<string, readonly object[]>> = {
    SPOT: [{ ...common, instType: 'SPOT', instId: 'BTC-USDT', baseCcy: 'BTC', quoteCcy: 'USDT', uly: '', expTime: '' }],
    SWAP: [
      { ...contract, instType: 'SWAP', instId: 'BTC-USDT-SWAP', uly: 'BTC-USDT', settleCcy: 'USDT', ctVal: '0.01' },
      { ...contract, instType: 'SWAP', instId: 'BTC-USD-SWAP', uly: 'BTC-USD', settleCcy: 'BTC', ctVal: '100' },
    ],
    FUTURES: [],
    OPTION: [{ ...option, instId: 'BTC-USD-271231-100000-C', optType: 'C', stk: '100000' }],
  };
  const ok = (data: unknown): unknown => ({ code: '0', msg: '', data });
  return createLister(
    {
      '/api/v5/public/instruments': ({ instType = '', uly }) =>
        ok(lists[instType]?.filter((item) => uly === undefined || ('uly' in item && item.uly === uly))),
      '/api/v5/market/ticker': ({ instId }) =>
        ok([{ instId, last: '100', bidPx: '99', askPx: '101', ts: String(Date.now()) }]),
    },
    (url) => ({ rest: url }),
  );
}

/** A host for spot and one for contracts; ccxt itself rejects an empty list, and its option of types is an object. */
function createHtx(): Promise<Venue> {
  const ok = (data: unknown): unknown => ({ status: 'ok', data, ts: Date.now() });
  const spot = {
    'base-currency': 'btc',
    'quote-currency': 'usdt',
    'price-precision': 2,
    'amount-precision': 6,
    state: 'online',
  };
  const contract = { symbol: 'BTC', contract_size: 100, price_tick: 0.1, contract_status: 1, create_date: '20200101' };
  return createLister(
    {
      '/v1/common/symbols': () => ok([spot]),
      '/linear-swap-api/v1/swap_contract_info': () =>
        ok([{ ...contract, contract_code: 'BTC-USDT', business_type: 'swap', pair: 'BTC-USDT' }]),
      '/swap-api/v1/swap_contract_info': () => ok([{ ...contract, contract_code: 'BTC-USD' }]),
      '/api/v1/contract_contract_info': () =>
        ok([
          {
            ...contract,
            contract_code: 'BTC271231',
            delivery_date: '20271231',
            delivery_time: String(Date.UTC(2027, 11, 31)),
          },
        ]),
    },
    (url) => ({ spot: url, contract: url }),
  );
}

/** One host for all kinds; options are listed by their base. */
function createBybit(): Promise<Venue> {
  const common = { status: 'Trading', lotSizeFilter: { basePrecision: '0.001', qtyStep: '0.001', minOrderQty: '1' } };
  const prices = { priceFilter: { tickSize: '0.1' } };
  const item = (base: string, symbol: string, more: object): object => ({
    ...common,
    ...prices,
    baseCoin: base,
    symbol,
    ...more,
  });
  const option = (base: string): object =>
    item(base, `${base}-31DEC27-1000-C`, {
      optionsType: 'Call',
      quoteCoin: 'USDC',
      settleCoin: 'USDC',
      deliveryTime: String(Date.UTC(2027, 11, 31, 8)),
    });
  const lists: Readonly<Record<string, (base: string) => readonly object[]>> = {
    spot: () => [item('BTC', 'BTCUSDT', { quoteCoin: 'USDT' })],
    linear: () => [
      item('BTC', 'BTCUSDT', {
        contractType: 'LinearPerpetual',
        quoteCoin: 'USDT',
        settleCoin: 'USDT',
        deliveryTime: '0',
      }),
    ],
    inverse: () => [
      item('BTC', 'BTCUSD', {
        contractType: 'InversePerpetual',
        quoteCoin: 'USD',
        settleCoin: 'BTC',
        deliveryTime: '0',
      }),
    ],
    option: (base) => (['BTC', 'ETH'].includes(base) ? [option(base)] : []),
  };
  return createLister(
    {
      '/v5/market/instruments-info': ({ category = '', baseCoin = '', status }) => ({
        retCode: 0,
        retMsg: 'OK',
        result: { category, nextPageCursor: '', list: status === undefined ? lists[category]?.(baseCoin) : [] },
        time: Date.now(),
      }),
    },
    (url) => ({ spot: url, futures: url, v2: url, public: url, private: url }),
  );
}

/** Two hosts, and no option to leave out a kind. */
function createBigone(): Promise<Venue> {
  const asset = (symbol: string): object => ({ id: symbol, symbol, name: symbol });
  return createLister(
    {
      '/v3/asset_pairs': () => ({
        code: 0,
        data: [
          {
            id: '1',
            name: 'BTC-USDT',
            base_scale: 4,
            quote_scale: 2,
            min_quote_value: '1',
            base_asset: asset('BTC'),
            quote_asset: asset('USDT'),
          },
        ],
      }),
      '/contract/v2/symbols': () => [
        {
          baseCurrency: 'BTC',
          quoteCurrency: 'USDT',
          settleCurrency: 'USDT',
          symbol: 'BTCUSDT',
          multiplier: 0.01,
          isInverse: false,
          priceStep: 0.5,
          enable: true,
          valuePrecision: 4,
        },
      ],
    },
    (url) => ({
      public: `${url}/v3`,
      private: `${url}/v3/viewer`,
      contractPublic: `${url}/contract/v2`,
      contractPrivate: `${url}/contract/v2`,
      webExchange: `${url}/web`,
    }),
  );
}

/** A host for spot and one for contracts, and an extra request that only returns fees. */
function createKucoin(): Promise<Venue> {
  const ok = (data: unknown): unknown => ({ code: '200000', data });
  const spot = {
    symbol: 'BTC-USDT',
    baseCurrency: 'BTC',
    quoteCurrency: 'USDT',
    baseIncrement: '0.001',
    priceIncrement: '0.1',
    enableTrading: true,
  };
  const contract = {
    nextFundingRateTime: 5,
    symbol: 'XBTUSDTM',
    baseCurrency: 'XBT',
    quoteCurrency: 'USDT',
    settleCurrency: 'USDT',
    multiplier: 0.001,
    isInverse: false,
    status: 'Open',
    tickSize: 0.1,
    lotSize: 1,
  };
  return createLister(
    {
      '/api/v2/symbols': () => ok([spot]),
      '/api/v1/market/allTickers': () => ok({ ticker: [] }),
      '/api/v3/currencies': () => ok([]),
      '/api/v1/contracts/active': () => ok([contract]),
    },
    (url) => ({
      public: url,
      private: url,
      futuresPublic: url,
      futuresPrivate: url,
      webExchange: url,
      uta: url,
      utaPrivate: url,
      broker: url,
      earn: url,
    }),
  );
}

/** Three lists, requested one after the other. */
function createBitflyer(): Promise<Venue> {
  const list = (id: string) => (): unknown => [{ product_code: id, market_type: 'Spot' }];
  return createLister(
    {
      '/v1/getmarkets': list('BTC_JPY'),
      '/v1/getmarkets/usa': list('BTC_USD'),
      '/v1/getmarkets/eu': list('BTC_EUR'),
    },
    (url) => ({ rest: url }),
  );
}

/** Two lists that are read together: only one of them has the sizes of contracts. */
function createPhemex(): Promise<Venue> {
  const spot = { type: 'Spot', symbol: 'sBTCUSDT', baseCurrency: 'BTC', quoteCurrency: 'USDT', status: 'Listed' };
  return createLister(
    {
      '/public/products': () => ({ code: 0, data: { products: [spot], currencies: [] } }),
      '/v1/exchange/public/products': () => ({ code: 0, data: [] }),
    },
    (url) => ({ v1: `${url}/v1`, v2: url, public: `${url}/exchange/public`, private: url }),
  );
}
