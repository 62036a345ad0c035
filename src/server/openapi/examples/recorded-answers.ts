/**
 * What a server with only the built-in exchange answered to the examples of the requests, by operation and media type. A
 * test records these texts again and compares them: `npx vitest run test/server/openapi/examples -u` updates this file.
 */
export const recordedAnswers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  getTicker: {
    'application/json':
      '{"exchange":{"id":"sim"},"symbol":"BTC/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":59934.13,"bid":59933.13,"bidVolume":0.06577,"ask":59934.13,"askVolume":0.26751,"open":60506.8,"high":60620.96,"low":59426.5,"close":59934.13,"previousClose":null,"change":-572.67,"percentage":-0.9464556049898523,"average":60220.465,"vwap":60116.700164623166,"baseVolume":16336.23034,"quoteVolume":982080261.17,"receivedAt":1769862896750,"source":"FETCH","stale":false}',
  },
  getTickers: {
    'application/json':
      '{"tickers":[{"exchange":{"id":"sim"},"symbol":"BTC/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":59934.13,"bid":59933.13,"bidVolume":0.06577,"ask":59934.13,"askVolume":0.26751,"open":60506.8,"high":60620.96,"low":59426.5,"close":59934.13,"previousClose":null,"change":-572.67,"percentage":-0.9464556049898523,"average":60220.465,"vwap":60116.700164623166,"baseVolume":16336.23034,"quoteVolume":982080261.17,"receivedAt":1769862896750,"source":"FETCH","stale":false},{"exchange":{"id":"sim"},"symbol":"ETH/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":2360.3,"bid":2360.29,"bidVolume":4.5704,"ask":2360.3,"askVolume":7.5829,"open":2350.98,"high":2385.74,"low":2326.6,"close":2360.3,"previousClose":null,"change":9.32,"percentage":0.3964304247590366,"average":2355.64,"vwap":2349.585698943217,"baseVolume":260352.0996,"quoteVolume":611719569.91,"receivedAt":1769862896750,"source":"FETCH","stale":false}],"errors":[]}',
  },
  getCandles: {
    'application/json':
      '[[1769853600000,60265.88,60361.65,60016.16,60112.19,713.896],[1769857200000,60112.19,60321.74,60090.3,60249.66,772.60431],[1769860800000,60249.66,60596.85,59927.35,59934.13,630.0655]]',
    'text/csv':
      'timestamp,datetime,open,high,low,close,volume\r\n1769853600000,2026-01-31T10:00:00.000Z,60265.88,60361.65,60016.16,60112.19,713.896\r\n1769857200000,2026-01-31T11:00:00.000Z,60112.19,60321.74,60090.3,60249.66,772.60431\r\n1769860800000,2026-01-31T12:00:00.000Z,60249.66,60596.85,59927.35,59934.13,630.0655\r\n',
  },
  getOrderBook: {
    'application/json':
      '{"symbol":"BTC/USDT","timestamp":1769862896750,"bids":[{"price":59933.13,"amount":0.06577},{"price":59933,"amount":0.42083},{"price":59932,"amount":0.25173},{"price":59931,"amount":0.10817},{"price":59930,"amount":0.02191}],"asks":[{"price":59934.13,"amount":0.26751},{"price":59935,"amount":0.21306},{"price":59936,"amount":0.02691},{"price":59937,"amount":0.04091},{"price":59938,"amount":0.27633}],"bestBid":59933.13,"bestAsk":59934.13,"mid":59933.63,"spread":1,"receivedAt":1769862896750,"stale":false}',
  },
  getTrades: {
    'application/json':
      '[{"id":"Trade:sim:BTC/USDT:70794515850","tradeId":"70794515850","timestamp":1769862896250,"datetime":"2026-01-31T12:34:56.250Z","side":"BUY","price":59934.6,"amount":0.00184,"cost":110.279664},{"id":"Trade:sim:BTC/USDT:70794515860","tradeId":"70794515860","timestamp":1769862896500,"datetime":"2026-01-31T12:34:56.500Z","side":"SELL","price":59933.76,"amount":0.00221,"cost":132.4536096},{"id":"Trade:sim:BTC/USDT:70794515870","tradeId":"70794515870","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","side":"BUY","price":59934.13,"amount":0.00112,"cost":67.1262256}]',
  },
  getMarkets: {
    'application/json':
      '{"totalCount":4,"pageInfo":{"hasNextPage":true,"hasPreviousPage":false,"startCursor":"QlRDL0VVUg","endCursor":"QlRDL1VTRA"},"nodes":[{"exchange":{"id":"sim"},"symbol":"BTC/EUR","exchangeSymbol":"BTCEUR","type":"SPOT","base":"BTC","quote":"EUR","settle":null,"active":true,"margin":false,"linear":null,"inverse":null,"contractSize":null,"expiry":null,"strike":null,"optionType":null,"listedAt":"2015-01-01T00:00:00.000Z","pricePrecision":0.01,"amountPrecision":0.00001,"limits":{"amount":{"min":0.00001,"max":null},"price":{"min":0.01,"max":null},"cost":{"min":5,"max":null}},"maker":0.001,"taker":0.001,"timeframes":["1s","1m","5m","15m","1h","4h","1d","1w","1M"]},{"exchange":{"id":"sim"},"symbol":"BTC/USD","exchangeSymbol":"BTCUSD","type":"SPOT","base":"BTC","quote":"USD","settle":null,"active":true,"margin":false,"linear":null,"inverse":null,"contractSize":null,"expiry":null,"strike":null,"optionType":null,"listedAt":"2015-01-01T00:00:00.000Z","pricePrecision":0.01,"amountPrecision":0.00001,"limits":{"amount":{"min":0.00001,"max":null},"price":{"min":0.01,"max":null},"cost":{"min":5,"max":null}},"maker":0.001,"taker":0.001,"timeframes":["1s","1m","5m","15m","1h","4h","1d","1w","1M"]}]}',
  },
  getMarket: {
    'application/json':
      '{"exchange":{"id":"sim"},"symbol":"BTC/USDT","exchangeSymbol":"BTCUSDT","type":"SPOT","base":"BTC","quote":"USDT","settle":null,"active":true,"margin":false,"linear":null,"inverse":null,"contractSize":null,"expiry":null,"strike":null,"optionType":null,"listedAt":"2015-01-01T00:00:00.000Z","pricePrecision":0.01,"amountPrecision":0.00001,"limits":{"amount":{"min":0.00001,"max":null},"price":{"min":0.01,"max":null},"cost":{"min":5,"max":null}},"maker":0.001,"taker":0.001,"timeframes":["1s","1m","5m","15m","1h","4h","1d","1w","1M"]}',
  },
  getExchanges: {
    'application/json':
      '[{"id":"sim","name":"Simulated exchange","countries":[],"website":null,"simulated":true,"timeframes":["1s","1m","5m","15m","1h","4h","1d","1w","1M"],"has":["TICKER","TICKERS","CANDLES","ORDER_BOOK","TRADES","STREAM_TICKER","STREAM_TICKERS","STREAM_CANDLES","STREAM_ORDER_BOOK","STREAM_TRADES","STREAM_LIQUIDATIONS","FUNDING_RATE","FUNDING_RATES","FUNDING_RATE_HISTORY","OPEN_INTEREST","OPEN_INTEREST_HISTORY"]}]',
  },
  getExchange: {
    'application/json':
      '{"id":"sim","name":"Simulated exchange","countries":[],"website":null,"simulated":true,"timeframes":["1s","1m","5m","15m","1h","4h","1d","1w","1M"],"has":["TICKER","TICKERS","CANDLES","ORDER_BOOK","TRADES","STREAM_TICKER","STREAM_TICKERS","STREAM_CANDLES","STREAM_ORDER_BOOK","STREAM_TRADES","STREAM_LIQUIDATIONS","FUNDING_RATE","FUNDING_RATES","FUNDING_RATE_HISTORY","OPEN_INTEREST","OPEN_INTEREST_HISTORY"]}',
  },
  getFundingRate: {
    'application/json':
      '{"exchange":{"id":"sim"},"symbol":"BTC/USDT:USDT","timestamp":1769862896750,"rate":0.00013207,"nextFundingTime":"2026-01-31T16:00:00.000Z","nextRate":null,"intervalMs":28800000,"annualized":0.14461665,"markPrice":59946.12,"indexPrice":59934.13,"receivedAt":1769862896750,"source":"FETCH","stale":false}',
  },
  getFundingRates: {
    'application/json':
      '{"fundingRates":[{"exchange":{"id":"sim"},"symbol":"BTC/USDT:USDT","timestamp":1769862896750,"rate":0.00013207,"nextFundingTime":"2026-01-31T16:00:00.000Z","nextRate":null,"intervalMs":28800000,"annualized":0.14461665,"markPrice":59946.12,"indexPrice":59934.13,"receivedAt":1769862896750,"source":"FETCH","stale":false},{"exchange":{"id":"sim"},"symbol":"ETH/USDT:USDT","timestamp":1769862896750,"rate":0.00015641,"nextFundingTime":"2026-01-31T16:00:00.000Z","nextRate":null,"intervalMs":28800000,"annualized":0.17126895,"markPrice":2360.77,"indexPrice":2360.3,"receivedAt":1769862896750,"source":"FETCH","stale":false}],"errors":[]}',
  },
  getFundingRateHistory: {
    'application/json':
      '[{"timestamp":1769788800000,"datetime":"2026-01-30T16:00:00.000Z","rate":0.000153},{"timestamp":1769817600000,"datetime":"2026-01-31T00:00:00.000Z","rate":0.00016279},{"timestamp":1769846400000,"datetime":"2026-01-31T08:00:00.000Z","rate":0.000059}]',
  },
  getOpenInterest: {
    'application/json':
      '{"exchange":{"id":"sim"},"symbol":"BTC/USDT:USDT","timestamp":1769862896750,"amount":54575.26257,"value":3271575239.0527287,"receivedAt":1769862896750,"source":"FETCH","stale":false}',
  },
  getOpenInterestHistory: {
    'application/json':
      '[{"exchange":{"id":"sim"},"symbol":"BTC/USDT:USDT","timestamp":1769853600000,"amount":53871.59765,"value":3247268392.134865,"receivedAt":1769862896750,"source":"FETCH","stale":false},{"exchange":{"id":"sim"},"symbol":"BTC/USDT:USDT","timestamp":1769857200000,"amount":54360.92664,"value":3268407769.0979543,"receivedAt":1769862896750,"source":"FETCH","stale":false},{"exchange":{"id":"sim"},"symbol":"BTC/USDT:USDT","timestamp":1769860800000,"amount":54854.70033,"value":3305638043.423364,"receivedAt":1769862896750,"source":"FETCH","stale":false}]',
  },
  getQuote: {
    'application/json':
      '{"quote":{"symbol":"BTC/USDT","bestBid":{"exchange":{"id":"sim"},"price":59933.13,"amount":0.06577},"bestAsk":{"exchange":{"id":"sim"},"price":59934.13,"amount":0.26751},"spread":1,"median":59934.13,"volumeWeighted":59934.13,"exchanges":[{"exchange":{"id":"sim"},"leftOut":null,"bidLeftOut":null,"askLeftOut":null,"errorCode":null,"ageMs":0,"ticker":{"exchange":{"id":"sim"},"symbol":"BTC/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":59934.13,"bid":59933.13,"bidVolume":0.06577,"ask":59934.13,"askVolume":0.26751,"open":60506.8,"high":60620.96,"low":59426.5,"close":59934.13,"previousClose":null,"change":-572.67,"percentage":-0.9464556049898523,"average":60220.465,"vwap":60116.700164623166,"baseVolume":16336.23034,"quoteVolume":982080261.17,"receivedAt":1769862896750,"source":"FETCH","stale":false}}]},"errors":[]}',
  },
  getScreen: {
    'application/json':
      '{"screen":[{"exchange":{"id":"sim"},"symbol":"BCH/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":328.57,"bid":328.56,"bidVolume":1.504,"ask":328.57,"askVolume":0.028,"open":298.17,"high":335.04,"low":298.13,"close":328.57,"previousClose":null,"change":30.4,"percentage":10.195526042190696,"average":313.37,"vwap":317.5616264094834,"baseVolume":63419.158,"quoteVolume":20139490.96,"receivedAt":1769862896750,"source":"FETCH","stale":false},{"exchange":{"id":"sim"},"symbol":"HBAR/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":0.30001,"bid":0.30001,"bidVolume":2239,"ask":0.30002,"askVolume":679,"open":0.29105,"high":0.30323,"low":0.28635,"close":0.30001,"previousClose":null,"change":0.00896,"percentage":3.0785088472771003,"average":0.29553,"vwap":0.29275904447294093,"baseVolume":112177650,"quoteVolume":32841021.62522,"receivedAt":1769862896750,"source":"FETCH","stale":false},{"exchange":{"id":"sim"},"symbol":"SHIB/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":0.000011723,"bid":0.000011722,"bidVolume":13014494,"ask":0.000011723,"askVolume":28285898,"open":0.000011388,"high":0.000012181,"low":0.000011192,"close":0.000011723,"previousClose":null,"change":3.35e-7,"percentage":2.9416930101861607,"average":0.0000115555,"vwap":0.000011777030031811,"baseVolume":5294880383402,"quoteVolume":62357965.29017466,"receivedAt":1769862896750,"source":"FETCH","stale":false}],"errors":[]}',
  },
  postHistorical: {
    'application/json':
      '[[1769853600000,60265.88,60361.65,60016.16,60112.19,713.896],[1769857200000,60112.19,60321.74,60090.3,60249.66,772.60431],[1769860800000,60249.66,60596.85,59927.35,59934.13,630.0655]]',
    'text/csv':
      'timestamp,datetime,open,high,low,close,volume\r\n1769853600000,2026-01-31T10:00:00.000Z,60265.88,60361.65,60016.16,60112.19,713.896\r\n1769857200000,2026-01-31T11:00:00.000Z,60112.19,60321.74,60090.3,60249.66,772.60431\r\n1769860800000,2026-01-31T12:00:00.000Z,60249.66,60596.85,59927.35,59934.13,630.0655\r\n',
  },
  streamTicker: {
    'text/event-stream':
      'data: {"exchange":{"id":"sim"},"symbol":"BTC/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":59934.13,"bid":59933.13,"bidVolume":0.06577,"ask":59934.13,"askVolume":0.26751,"open":60506.8,"high":60620.96,"low":59426.5,"close":59934.13,"previousClose":null,"change":-572.67,"percentage":-0.9464556049898523,"average":60220.465,"vwap":60116.700164623166,"baseVolume":16336.23034,"quoteVolume":982080261.17,"receivedAt":1769862896750,"source":"STREAM","stale":false}\n\ndata: {"exchange":{"id":"sim"},"symbol":"BTC/USDT","timestamp":1769862898000,"datetime":"2026-01-31T12:34:58.000Z","last":59933.88,"bid":59932.88,"bidVolume":0.36376,"ask":59933.88,"askVolume":0.05674,"open":60506.8,"high":60620.96,"low":59426.5,"close":59933.88,"previousClose":null,"change":-572.92,"percentage":-0.9468687816906529,"average":60220.34,"vwap":60116.69998372539,"baseVolume":16336.24598,"quoteVolume":982081198.44,"receivedAt":1769862898000,"source":"STREAM","stale":false}\n\n',
  },
  streamTickers: {
    'text/event-stream':
      'data: {"exchange":{"id":"sim"},"symbol":"BTC/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":59934.13,"bid":59933.13,"bidVolume":0.06577,"ask":59934.13,"askVolume":0.26751,"open":60506.8,"high":60620.96,"low":59426.5,"close":59934.13,"previousClose":null,"change":-572.67,"percentage":-0.9464556049898523,"average":60220.465,"vwap":60116.700164623166,"baseVolume":16336.23034,"quoteVolume":982080261.17,"receivedAt":1769862896750,"source":"STREAM","stale":false}\n\ndata: {"exchange":{"id":"sim"},"symbol":"ETH/USDT","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","last":2360.3,"bid":2360.29,"bidVolume":4.5704,"ask":2360.3,"askVolume":7.5829,"open":2350.98,"high":2385.74,"low":2326.6,"close":2360.3,"previousClose":null,"change":9.32,"percentage":0.3964304247590366,"average":2355.64,"vwap":2349.585698943217,"baseVolume":260352.0996,"quoteVolume":611719569.91,"receivedAt":1769862896750,"source":"STREAM","stale":false}\n\n',
  },
  streamCandles: {
    'text/event-stream':
      'id: 1769862840000\ndata: {"timestamp":1769862840000,"datetime":"2026-01-31T12:34:00.000Z","open":59933.88,"high":59935.85,"low":59931.47,"close":59934.13,"volume":1.13189,"closed":false,"stale":false}\n\nid: 1769862840000\ndata: {"timestamp":1769862840000,"datetime":"2026-01-31T12:34:00.000Z","open":59933.88,"high":59935.85,"low":59931.47,"close":59933.88,"volume":1.14753,"closed":false,"stale":false}\n\n',
  },
  streamOrderBook: {
    'text/event-stream':
      'data: {"symbol":"BTC/USDT","timestamp":1769862896750,"bids":[{"price":59933.13,"amount":0.06577},{"price":59933,"amount":0.42083},{"price":59932,"amount":0.25173},{"price":59931,"amount":0.10817},{"price":59930,"amount":0.02191}],"asks":[{"price":59934.13,"amount":0.26751},{"price":59935,"amount":0.21306},{"price":59936,"amount":0.02691},{"price":59937,"amount":0.04091},{"price":59938,"amount":0.27633}],"bestBid":59933.13,"bestAsk":59934.13,"mid":59933.63,"spread":1,"receivedAt":1769862896750,"stale":false}\n\ndata: {"symbol":"BTC/USDT","timestamp":1769862898000,"bids":[{"price":59932.88,"amount":0.36376},{"price":59932,"amount":0.25173},{"price":59931,"amount":0.10817},{"price":59930,"amount":0.02191},{"price":59929,"amount":0.07317}],"asks":[{"price":59933.88,"amount":0.05674},{"price":59934,"amount":0.06686},{"price":59935,"amount":0.21306},{"price":59936,"amount":0.02691},{"price":59937,"amount":0.04091}],"bestBid":59932.88,"bestAsk":59933.88,"mid":59933.38,"spread":1,"receivedAt":1769862898000,"stale":false}\n\n',
  },
  streamTrades: {
    'text/event-stream':
      'id: 1769862896750/70794515870\ndata: [{"id":"Trade:sim:BTC/USDT:70794515860","tradeId":"70794515860","timestamp":1769862896500,"datetime":"2026-01-31T12:34:56.500Z","side":"SELL","price":59933.76,"amount":0.00221,"cost":132.4536096},{"id":"Trade:sim:BTC/USDT:70794515870","tradeId":"70794515870","timestamp":1769862896750,"datetime":"2026-01-31T12:34:56.750Z","side":"BUY","price":59934.13,"amount":0.00112,"cost":67.1262256}]\n\nid: 1769862898000/70794515921\ndata: [{"id":"Trade:sim:BTC/USDT:70794515920","tradeId":"70794515920","timestamp":1769862898000,"datetime":"2026-01-31T12:34:58.000Z","side":"BUY","price":59933.88,"amount":0.00348,"cost":208.5699024},{"id":"Trade:sim:BTC/USDT:70794515921","tradeId":"70794515921","timestamp":1769862898000,"datetime":"2026-01-31T12:34:58.000Z","side":"BUY","price":59933.88,"amount":0.00155,"cost":92.897514}]\n\n',
  },
};

/** Problem details, by HTTP status. */
export const recordedProblems: Readonly<Record<string, string>> = {
  400: '{"type":"about:blank","title":"Bad Request","status":400,"detail":"limit is 0; it must be from 1 to 10000.","code":"BAD_USER_INPUT","exchange":"sim","symbol":"BTC/USDT","timeframe":"1h","retryable":false}',
  401: '{"type":"about:blank","title":"Unauthorized","status":401,"detail":"This server requires an API key: send one as \\"Authorization: Bearer <key>\\", over a WebSocket in the payload of connection_init.","retryable":false,"code":"UNAUTHENTICATED"}',
  404: '{"type":"about:blank","title":"Not Found","status":404,"detail":"sim has no market \\"BTC/USDX\\"; did you mean BTC/USD or BTC/USDT or LTC/USDT?","code":"SYMBOL_NOT_FOUND","exchange":"sim","symbol":"BTC/USDX","retryable":false,"suggestions":["BTC/USD","BTC/USDT","LTC/USDT"]}',
  406: '{"type":"about:blank","title":"Not Acceptable","status":406,"detail":"This resource is available as application/json: change Accept.","retryable":false,"code":"BAD_USER_INPUT"}',
  413: '{"type":"about:blank","title":"Payload Too Large","status":413,"detail":"The body is larger than the maximum of 256 KB.","retryable":false,"code":"BAD_USER_INPUT"}',
  415: '{"type":"about:blank","title":"Unsupported Media Type","status":415,"detail":"Send the request as JSON, with content-type: application/json.","retryable":false,"code":"BAD_USER_INPUT"}',
  429: '{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"This server accepts 600 requests per minute from each address; try again in 12 s.","retryable":true,"code":"RATE_LIMITED","retryAfterMs":12000}',
  500: '{"type":"about:blank","title":"Internal Server Error","status":500,"detail":"Something went wrong on this server.","code":"INTERNAL_SERVER_ERROR","retryable":false}',
  502: '{"type":"about:blank","title":"Bad Gateway","status":502,"detail":"kraken sent an answer that cannot be read (BTC/USDT).","code":"BAD_EXCHANGE_RESPONSE","exchange":"kraken","symbol":"BTC/USDT","retryable":true}',
  503: '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"kraken is down for maintenance (BTC/USDT); it asks clients to wait 30 s.","code":"EXCHANGE_UNAVAILABLE","exchange":"kraken","symbol":"BTC/USDT","retryable":true,"retryAfterMs":30000}',
  504: '{"type":"about:blank","title":"Gateway Timeout","status":504,"detail":"kraken did not answer in time (BTC/USDT).","code":"TIMEOUT","exchange":"kraken","symbol":"BTC/USDT","retryable":true}',
};
