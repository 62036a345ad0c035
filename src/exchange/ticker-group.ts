import type { MarketInterface, Tickers } from 'ccxt';
import { MarketDataError } from '../market/error.ts';
import type { Ticker } from '../market/ticker.ts';
import { can } from './capabilities.ts';
import type { ExchangeClient } from './client.ts';
import { isAboutOneMarket, toMarketDataError } from './errors.ts';
import { toTicker } from './normalize.ts';
import { batchPaysFrom } from './rules.ts';

export type TickerOutcomes = Map<string, Ticker | MarketDataError>;

/** Calls that halving a refused batch may cost; enough to find one bad symbol in a thousand. */
const maxHalvingCalls = 20;

/**
 * Fetches the tickers of markets of one type and adds them, or why there is none, to `outcomes`: in one call where the
 * exchange has fetchTickers and that is not the dearer way, else one by one.
 */
export async function fetchTickerGroup(
  client: ExchangeClient,
  group: readonly MarketInterface[],
  now: () => number,
  outcomes: TickerOutcomes,
): Promise<void> {
  const exchange = client.info.id;
  let halvingCalls = 0;
  let outage: MarketDataError | null = null;
  const refused = new Map<string, MarketDataError>();

  async function fetchOne(symbol: string): Promise<void> {
    try {
      const ticker = await client.call((ccxt) => ccxt.fetchTicker(symbol), { symbol });
      outcomes.set(symbol, toTicker(exchange, symbol, ticker, now()));
    } catch (thrown) {
      const error = toMarketDataError(thrown, { exchange, symbol });
      if (error.code !== 'BAD_EXCHANGE_RESPONSE' && !isSpoilt(error)) outage = error;
      outcomes.set(symbol, error);
    }
  }

  /** One by one, as many at a time as don't keep each other waiting; once the exchange is out, the rest is not sent. */
  async function fetchEach(symbols: readonly string[]): Promise<void> {
    const rest = symbols.values();
    const lane = async (): Promise<void> => {
      for (const symbol of rest) {
        if (outage) outcomes.set(symbol, notAsked(outage, symbol));
        else await fetchOne(symbol);
      }
    };
    await Promise.all(Array.from({ length: client.parallelCalls }, lane));
  }

  async function fetchBatch(symbols: readonly string[]): Promise<void> {
    try {
      const tickers = await client.call((ccxt) => ccxt.fetchTickers([...symbols]), {}, symbols[0]);
      const receivedAt = now();
      for (const symbol of symbols) outcomes.set(symbol, pick(client, tickers, symbol, receivedAt));
    } catch (thrown) {
      const error = toMarketDataError(thrown, { exchange });
      const halves = symbols.length > 1 && isSpoilt(error);
      if (halves && halvingCalls < maxHalvingCalls) {
        halvingCalls += 2;
        const middle = Math.ceil(symbols.length / 2);
        await Promise.all([fetchHalf(symbols.slice(0, middle)), fetchHalf(symbols.slice(middle))]);
      } else {
        // Which of them it was stays open, so none is said not to exist.
        const blame = halves ? refusedBatch(exchange) : error;
        for (const symbol of symbols) outcomes.set(symbol, blame.withSymbol(symbol));
      }
    }
  }

  async function fetchHalf(symbols: readonly string[]): Promise<void> {
    const [symbol = '', ...others] = symbols;
    if (others.length > 0) return fetchBatch(symbols);
    await (can(client.ccxt, 'TICKER') ? fetchOne(symbol) : fetchBatch(symbols));
    const outcome = outcomes.get(symbol);
    if (outcome instanceof MarketDataError && isSpoilt(outcome)) refused.set(symbol, outcome);
  }

  const symbols = group.map((market) => market.symbol);
  await (shouldBatch(client, group) ? fetchBatch(symbols) : fetchEach(symbols));
  // Where the exchange refused all of them the trouble may be its own, and over with the next call.
  const someWork = symbols.some((symbol) => !(outcomes.get(symbol) instanceof MarketDataError));
  for (const [symbol, error] of refused) if (someWork || error.isFinal) client.refused.set(symbol, error);
}

/** A refusal that one symbol may have caused, delisted since the markets were loaded, say: halving the batch finds it. */
function isSpoilt(error: MarketDataError): boolean {
  return (
    error.isFinal ||
    error.code === 'BAD_USER_INPUT' ||
    (error.code === 'BAD_EXCHANGE_RESPONSE' && !error.retryable) ||
    isAboutOneMarket(error)
  );
}

function notAsked(outage: MarketDataError, symbol: string): MarketDataError {
  const message = `${outage.message} ${symbol} was not asked for after that.`;
  return new MarketDataError(outage.code, message, { ...outage.details, symbol });
}

function refusedBatch(exchange: string): MarketDataError {
  const message = `${exchange} refused a request for several tickers because of some of them.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange });
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
