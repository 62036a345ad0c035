/** What the resources contain: every field that needs no further call to an exchange. */

const ticker =
  '{ exchange { id } symbol timestamp datetime last bid bidVolume ask askVolume open high low close previousClose change percentage average vwap baseVolume quoteVolume receivedAt source stale }';

const minMax = '{ min max }';

const market = `{ exchange { id } symbol exchangeSymbol type base quote settle active margin linear inverse contractSize expiry strike optionType listedAt pricePrecision amountPrecision limits { amount ${minMax} price ${minMax} cost ${minMax} } maker taker timeframes }`;

const side = '{ exchange { id } price amount }';

const fundingRate =
  '{ exchange { id } symbol timestamp rate nextFundingTime nextRate intervalMs annualized markPrice indexPrice receivedAt source stale }';

export const selections = {
  ticker,
  market,
  fundingRate,
  markets: `{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes ${market} }`,
  orderBook:
    '{ symbol timestamp bids { price amount } asks { price amount } bestBid bestAsk mid spread receivedAt stale }',
  trades: '{ id tradeId timestamp datetime side price amount cost }',
  exchange: '{ id name countries website simulated timeframes has }',
  fundingPayments: '{ timestamp datetime rate }',
  openInterest: '{ exchange { id } symbol timestamp amount value receivedAt source stale }',
  quote: `{ symbol bestBid ${side} bestAsk ${side} spread median volumeWeighted exchanges { exchange { id } leftOut bidLeftOut askLeftOut errorCode ageMs ticker ${ticker} } }`,
} as const;
