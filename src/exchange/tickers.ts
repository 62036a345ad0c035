import type { MarketInterface, Tickers } from 'ccxt';
import { MarketDataError } from '../market/error.ts';
import type { TickerResults } from '../market/market-data.ts';
import type { Ticker } from '../market/ticker.ts';
import { can } from './capabilities.ts';
import type { ExchangeClient } from './client.ts';
import { toMarketDataError } from './errors.ts';
import { toTicker } from './normalize.ts';
import { batchPaysFrom } from './rules.ts';
import { findMarket } from './symbols.ts';

/** Calls that halving a refused batch may cost; enough to find one bad symbol in a thousand. */
const maxAttempts = 20;

type Results = Map<string, Ticker | MarketDataError>;

/**
 * Tickers of one exchange's symbols in as few calls as it allows: one for all symbols of a market type where it has
 * fetchTickers and that is not the dearer way, else one for each. Never rejects: each symbol fails alone.
 */
export async function fetchTickers(
  client: ExchangeClient,
  symbols: readonly string[],
  now: () => number,
): Promise<TickerResults> {
  const results: Results = new Map();
  if (symbols.length === 0) return results;
  const exchange = client.info.id;
  let attempts = maxAttempts;
  const failAll = (failed: readonly string[], error: unknown): void => {
    for (const symbol of failed) results.set(symbol, toMarketDataError(error, { exchange }).withSymbol(symbol));
  };

  async function fetchOne(symbol: string): Promise<void> {
    try {
      const ticker = await client.call((ccxt) => ccxt.fetchTicker(symbol), { symbol });
      results.set(symbol, toTicker(exchange, symbol, ticker, now()));
    } catch (error) {
      failAll([symbol], error);
    }
  }

  async function fetchBatch(batch: readonly string[]): Promise<void> {
    try {
      const tickers = await client.call((ccxt) => ccxt.fetchTickers([...batch]));
      const receivedAt = now();
      for (const symbol of batch) results.set(symbol, pick(client, tickers, symbol, receivedAt));
    } catch (error) {
      if (batch.length === 1 || attempts <= 0 || !isSpoilt(error)) return failAll(batch, error);
      attempts -= 2;
      const middle = Math.ceil(batch.length / 2);
      await Promise.all([fetchSome(batch.slice(0, middle)), fetchSome(batch.slice(middle))]);
    }
  }

  function fetchSome(some: readonly string[]): Promise<void> {
    const [first] = some;
    return some.length === 1 && first !== undefined && can(client.ccxt, 'TICKER') ? fetchOne(first) : fetchBatch(some);
  }

  try {
    const markets = await client.markets();
    const groups = new Map<string, MarketInterface[]>();
    for (const symbol of new Set(symbols)) {
      try {
        const market = findMarket(client, markets, symbol);
        const key = [market.type, market.subType, market.settle].join();
        groups.set(key, [...(groups.get(key) ?? []), market]);
      } catch (error) {
        failAll([symbol], error);
      }
    }
    await Promise.all(
      [...groups.values()].flatMap((group) => {
        const batch = group.map((market) => market.symbol);
        if (shouldBatch(client, group)) return [fetchBatch(batch)];
        return batch.map(fetchOne);
      }),
    );
  } catch (error) {
    failAll(symbols, error);
  }
  return results;
}

/** A refusal that one symbol may have caused, delisted since the markets were loaded, say: halving the batch finds it. */
function isSpoilt(error: unknown): boolean {
  if (!(error instanceof MarketDataError)) return false;
  return (
    error.isFinal || error.code === 'BAD_USER_INPUT' || (error.code === 'BAD_EXCHANGE_RESPONSE' && !error.retryable)
  );
}

function shouldBatch(client: ExchangeClient, group: readonly MarketInterface[]): boolean {
  const [market] = group;
  if (!market || !can(client.ccxt, 'TICKERS')) return false;
  return group.length >= batchPaysFrom(client.info.id, market) || !can(client.ccxt, 'TICKER');
}

/** One symbol's entry of a batch answer. Some exchanges leave out markets that are not active without a word. */
function pick(client: ExchangeClient, tickers: Tickers, symbol: string, receivedAt: number): Ticker | MarketDataError {
  const exchange = client.info.id;
  const ticker = Object.hasOwn(tickers, symbol) ? tickers[symbol] : undefined;
  try {
    if (ticker) return toTicker(exchange, symbol, ticker, receivedAt);
  } catch (error) {
    return toMarketDataError(error, { exchange, symbol });
  }
  const inactive = client.ccxt.markets?.[symbol]?.active === false ? ', which is not active there' : '';
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange} sent no ticker of ${symbol}${inactive}.`, {
    exchange,
    symbol,
    retryable: inactive === '',
  });
}
