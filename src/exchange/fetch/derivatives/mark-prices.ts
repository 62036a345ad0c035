import type { MarketInterface, Ticker } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import type { Markets } from '../../../market/model/market.ts';
import { notSupported } from '../../../market/model/not-supported.ts';
import type { MarkPrice } from '../../../market/model/ticker.ts';
import { toMarketDataError } from '../../access/errors.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { findMarket } from '../../clients/find-market.ts';
import { requireReadable, UnreadableRow } from '../../clients/ticker-rows.ts';
import { missingMarkPrice, toMarkPrice } from '../../normalize/ticker.ts';
import { underlyingParams } from '../../quirks/rest-quirks.ts';
import { byUnderlying } from '../tickers/batch-shape.ts';
import { isOutage, isSymbolRefusal } from '../tickers/ticker-calls.ts';

type Outcomes = Map<string, MarkPrice | MarketDataError>;

/** How many unknown symbols of one call get suggestions: finding the nearest among thousands of symbols takes time. */
const maxSuggestions = 20;

/** How many mark prices of one kind of market are requested one by one in one fetch. */
const maxAlone = 50;

/**
 * The mark and index prices of one exchange's contracts, in one call for each kind of market if ccxt has such a call.
 * Markets that it leaves out are requested one by one. Never rejects: each symbol fails on its own.
 */
export async function fetchMarkPrices(
  client: ExchangeClient,
  symbols: readonly string[],
  exchanges: readonly ExchangeInfo[],
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const exchange = client.info.id;
  try {
    if (!can(client.ccxt, 'MARK_PRICE')) throw notSupported({ exchange }, 'mark prices', 'MARK_PRICE', exchanges);
    const groups = groupByKind(client, await client.markets(), symbols, outcomes);
    await Promise.all(groups.map((group) => fetchGroup(client, group, outcomes)));
  } catch (error) {
    const failure = toMarketDataError(error, { exchange });
    for (const symbol of symbols) outcomes.set(symbol, failure.withSymbol(symbol));
  }
  return outcomes;
}

/** The contracts by kind: exchanges, and ccxt, refuse mixed requests. Adds the errors of all other symbols. */
function groupByKind(
  client: ExchangeClient,
  markets: Markets,
  symbols: readonly string[],
  outcomes: Outcomes,
): readonly (readonly MarketInterface[])[] {
  const exchange = client.info.id;
  const groups = new Map<string, MarketInterface[]>();
  let unknown = 0;
  for (const symbol of new Set(symbols)) {
    try {
      const market = findMarket(client, markets, symbol, unknown < maxSuggestions);
      if (!market.contract) throw notAContract(exchange, symbol);
      const kind = [market.type, market.subType].join();
      groups.set(kind, [...(groups.get(kind) ?? []), market]);
    } catch (error) {
      unknown += 1;
      outcomes.set(symbol, toMarketDataError(error, { exchange, symbol }));
    }
  }
  return [...groups.values()].flatMap((group) => {
    const [market] = group;
    return market && underlyingParams(exchange, market) ? byUnderlying(group) : [group];
  });
}

/** Markets that one call can bring. */
async function fetchGroup(client: ExchangeClient, markets: readonly MarketInterface[], outcomes: Outcomes) {
  const [market] = markets;
  if (!market) return;
  const together = { name: 'mark prices', market };
  const isBatch = markets.length > 1 && client.ccxt.has.fetchMarkPrices === true;
  if (!isBatch || client.limits.refusesVariant(together)) return fetchEach(client, markets, outcomes);
  const isOut = await fetchTogether(client, market, markets, outcomes);
  if (isOut) return;
  const missing = markets.filter(({ symbol }) => !outcomes.has(symbol));
  await fetchEach(client, missing, outcomes);
  // Some calls leave out a whole kind of market: KuCoin's has spot only, and BingX's is read as spot (ccxt's classes).
  const isOfOtherKind = missing.length === markets.length;
  const isAnswered = markets.some(({ symbol }) => !(outcomes.get(symbol) instanceof MarketDataError));
  if (isOfOtherKind && isAnswered) client.limits.learnRefusedVariant(together);
}

/** Adds what one call brings; true if the exchange fails, which is added too. */
async function fetchTogether(
  client: ExchangeClient,
  example: MarketInterface,
  markets: readonly MarketInterface[],
  outcomes: Outcomes,
): Promise<boolean> {
  const exchange = client.info.id;
  const symbols = markets.map(({ symbol }) => symbol);
  const params = underlyingParams(exchange, example) ?? {};
  try {
    const tickers = await client.call((ccxt) => ccxt.fetchMarkPrices(symbols, params), {}, example.symbol);
    for (const symbol of symbols) {
      const ticker = Object.hasOwn(tickers, symbol) ? tickers[symbol] : undefined;
      if (!ticker || ticker.info instanceof UnreadableRow) continue;
      outcomes.set(symbol, toOutcome(exchange, symbol, ticker));
    }
    return false;
  } catch (thrown) {
    const error = toMarketDataError(thrown, { exchange });
    // One of the symbols may be the reason.
    if (isSymbolRefusal(error)) return false;
    for (const symbol of symbols) outcomes.set(symbol, error.withSymbol(symbol));
    return true;
  }
}

/** Requests each market in a separate call, a few at a time. Once the exchange fails, no others are requested. */
async function fetchEach(client: ExchangeClient, markets: readonly MarketInterface[], outcomes: Outcomes) {
  const exchange = client.info.id;
  const asked = markets.slice(0, maxAlone);
  for (const { symbol } of markets.slice(maxAlone)) outcomes.set(symbol, tooMany(exchange, symbol));
  for (let done = 0; done < asked.length; done += client.parallelCalls) {
    const part = asked.slice(done, done + client.parallelCalls);
    const results = await Promise.all(part.map(({ symbol }) => fetchAlone(client, symbol)));
    for (const [index, { symbol }] of part.entries()) {
      const result = results[index];
      if (result) outcomes.set(symbol, result);
    }
    const outage = results.find((result) => result instanceof MarketDataError && isOutage(result));
    if (!(outage instanceof MarketDataError)) continue;
    for (const { symbol } of asked.slice(done + part.length)) outcomes.set(symbol, outage.withSymbol(symbol));
    return;
  }
}

async function fetchAlone(client: ExchangeClient, symbol: string): Promise<MarkPrice | MarketDataError> {
  const exchange = client.info.id;
  try {
    const ticker = await client.call(async (ccxt) => requireReadable(await ccxt.fetchMarkPrice(symbol)), { symbol });
    return ticker ? toOutcome(exchange, symbol, ticker) : missingMarkPrice(exchange, symbol);
  } catch (thrown) {
    return toMarketDataError(thrown, { exchange, symbol });
  }
}

function toOutcome(exchange: string, symbol: string, ticker: Ticker): MarkPrice | MarketDataError {
  try {
    return toMarkPrice(exchange, symbol, ticker);
  } catch (thrown) {
    return toMarketDataError(thrown, { exchange, symbol });
  }
}

function notAContract(exchange: string, symbol: string): MarketDataError {
  const message = `${symbol} of ${exchange} has no mark price, because it is not a contract.`;
  return new MarketDataError('NOT_SUPPORTED', message, { exchange, symbol });
}

function tooMany(exchange: string, symbol: string): MarketDataError {
  const message = `${exchange} sends these mark prices one by one, and at most ${maxAlone} are requested at once; ${symbol} was not.`;
  return new MarketDataError('OVERLOADED', message, { exchange, symbol });
}
