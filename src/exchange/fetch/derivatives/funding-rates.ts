import type { FundingRate as CcxtFundingRate, MarketInterface } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { FundingRate } from '../../../market/model/derivatives/funding-rate.ts';
import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import { notSupported } from '../../../market/model/not-supported.ts';
import { toMarketDataError } from '../../access/errors.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { noFundingRate, toFundingRate } from '../../normalize/funding-rate.ts';
import { fundingBatchParams, fundingBatchPaysFrom, maxFundingBatch } from '../../quirks/funding-quirks.ts';
import { addIntervals } from './funding-intervals.ts';
import { requirePerpetual } from './require-contract.ts';
import { type SymbolCalls, SymbolRound } from './symbol-round.ts';

type FundingRateOutcomes = Map<string, FundingRate | MarketDataError>;

/** How many refused symbols of one call get suggestions: each looks at all markets of the exchange, which takes time. */
const maxSuggestions = 20;

/**
 * Funding rates of one exchange's perpetual contracts, split by kind because exchanges serve these from different
 * addresses. Never rejects: each symbol fails on its own.
 */
export async function fetchFundingRates(
  client: ExchangeClient,
  symbols: readonly string[],
  exchanges: readonly ExchangeInfo[],
  now: () => number,
): Promise<FundingRateOutcomes> {
  const outcomes: FundingRateOutcomes = new Map();
  const exchange = client.info.id;
  try {
    if (!can(client.ccxt, 'FUNDING_RATE')) throw notSupported({ exchange }, 'funding rates', 'FUNDING_RATE', exchanges);
    const groups = await groupByKind(client, symbols, outcomes);
    await Promise.all(groups.map((markets) => fetchGroup(client, markets, now, outcomes)));
  } catch (error) {
    const failure = toMarketDataError(error, { exchange });
    for (const symbol of symbols) outcomes.set(symbol, failure.withSymbol(symbol));
  }
  return outcomes;
}

async function groupByKind(
  client: ExchangeClient,
  symbols: readonly string[],
  outcomes: FundingRateOutcomes,
): Promise<readonly (readonly MarketInterface[])[]> {
  const markets = await client.markets();
  const groups = new Map<string, MarketInterface[]>();
  for (const symbol of new Set(symbols)) {
    try {
      const market = requirePerpetual(client, markets, symbol, outcomes.size < maxSuggestions);
      const kind = [market.type, market.subType, market.settle].join();
      const group = groups.get(kind);
      if (group) group.push(market);
      else groups.set(kind, [market]);
    } catch (error) {
      outcomes.set(symbol, toMarketDataError(error, { exchange: client.info.id, symbol }));
    }
  }
  return [...groups.values()];
}

async function fetchGroup(
  client: ExchangeClient,
  markets: readonly MarketInterface[],
  now: () => number,
  outcomes: FundingRateOutcomes,
): Promise<void> {
  const found: FundingRateOutcomes = new Map();
  await new SymbolRound(client, callsOf(client, now), found).fetch(markets);
  await addIntervals(client, markets, found);
  for (const [symbol, outcome] of found) outcomes.set(symbol, outcome);
}

function callsOf(client: ExchangeClient, now: () => number): SymbolCalls<FundingRate> {
  const exchange = client.info.id;
  const together = async (markets: readonly MarketInterface[]): Promise<FundingRateOutcomes> => {
    const symbols = markets.map(({ symbol }) => symbol);
    const [first] = markets;
    const params = first ? fundingBatchParams(exchange, first) : {};
    const rates = await client.call((ccxt) => ccxt.fetchFundingRates(symbols, params), {}, symbols[0]);
    return pickAll(exchange, rates, symbols, now());
  };
  const alone = async ({ symbol }: MarketInterface): Promise<FundingRate> => {
    const rate = await client.call((ccxt) => ccxt.fetchFundingRate(symbol), { symbol });
    if (!rate) throw noFundingRate(exchange, symbol);
    return toFundingRate(exchange, symbol, rate, now());
  };
  const aloneInBatch = async (market: MarketInterface): Promise<FundingRate> => {
    const outcome = (await together([market])).get(market.symbol);
    if (!outcome || outcome instanceof MarketDataError) throw outcome ?? noFundingRate(exchange, market.symbol);
    return outcome;
  };
  return {
    together: can(client.ccxt, 'FUNDING_RATES') ? together : null,
    alone: client.ccxt.has.fetchFundingRate ? alone : aloneInBatch,
    paysFrom: fundingBatchPaysFrom(exchange),
    maxSize: maxFundingBatch(exchange),
  };
}

function pickAll(
  exchange: string,
  rates: Readonly<Record<string, CcxtFundingRate>>,
  symbols: readonly string[],
  receivedAt: number,
): FundingRateOutcomes {
  const outcomes: FundingRateOutcomes = new Map();
  for (const symbol of symbols) {
    const rate = Object.hasOwn(rates, symbol) ? rates[symbol] : undefined;
    if (!rate) continue;
    try {
      outcomes.set(symbol, toFundingRate(exchange, symbol, rate, receivedAt));
    } catch (error) {
      outcomes.set(symbol, toMarketDataError(error, { exchange, symbol }));
    }
  }
  return outcomes;
}
