import type { MarketInterface, Tickers } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { Ticker } from '../../../market/model/ticker.ts';
import { isAboutOneMarket, toMarketDataError } from '../../access/errors.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { requireReadable, UnreadableRow } from '../../clients/ticker-rows.ts';
import { maxUrlLength, UrlTooLong } from '../../http/url-limit.ts';
import { toTicker } from '../../normalize/ticker.ts';
import { underlyingParams } from '../../quirks/rest-quirks.ts';

/** How a call for several tickers ended. */
export type BatchAnswer =
  /** By symbol, without the symbols that the answer left out. */
  | { readonly kind: 'answered'; readonly outcomes: ReadonlyMap<string, Ticker | MarketDataError> }
  /** The reason may be one of the symbols, their number, or their mix. */
  | { readonly kind: 'refused'; readonly error: MarketDataError; readonly wasSent: boolean }
  /** The URL would be too long; about `fitting` symbols may fit. */
  | { readonly kind: 'too long'; readonly fitting: number }
  /** The exchange failed. */
  | { readonly kind: 'failed'; readonly error: MarketDataError };

/** Only this share of the estimated number of symbols is used, because ids differ in length. */
const fittingShare = 0.9;

/** Requests the tickers of several markets in one call. Never rejects. */
export async function askBatch(
  client: ExchangeClient,
  markets: readonly MarketInterface[],
  now: () => number,
): Promise<BatchAnswer> {
  const exchange = client.info.id;
  const [first] = markets;
  const params = (first && underlyingParams(exchange, first)) ?? {};
  const symbols = markets.map(({ symbol }) => symbol);
  let wasSent = true;
  try {
    const tickers = await client.call(
      async (ccxt, attempt) => {
        try {
          return await ccxt.fetchTickers(symbols, params);
        } catch (error) {
          wasSent = attempt.hasSent;
          throw error;
        }
      },
      {},
      symbols[0],
    );
    return { kind: 'answered', outcomes: pickAll(exchange, tickers, symbols, now()) };
  } catch (thrown) {
    const error = toMarketDataError(thrown, { exchange });
    const { cause } = error.details;
    if (cause instanceof UrlTooLong) {
      const fitting = Math.floor((markets.length * maxUrlLength * fittingShare) / cause.length);
      return { kind: 'too long', fitting: Math.max(1, fitting) };
    }
    const isRefused = isSymbolRefusal(error) || isUnparsed(client, error);
    return isRefused ? { kind: 'refused', error, wasSent } : { kind: 'failed', error };
  }
}

/** Requests one market's ticker in a separate call. Never rejects. */
export async function askAlone(
  client: ExchangeClient,
  market: MarketInterface,
  now: () => number,
): Promise<Ticker | MarketDataError> {
  const exchange = client.info.id;
  const { symbol } = market;
  try {
    if (can(client.ccxt, 'TICKER')) {
      const ticker = await client.call(async (ccxt) => requireReadable(await ccxt.fetchTicker(symbol)), { symbol });
      return ticker ? toTicker(exchange, symbol, ticker, now()) : missingTickerError(client, symbol);
    }
    const params = underlyingParams(exchange, market) ?? {};
    const tickers = await client.call((ccxt) => ccxt.fetchTickers([symbol], params), { symbol });
    return pickAll(exchange, tickers, [symbol], now()).get(symbol) ?? missingTickerError(client, symbol);
  } catch (thrown) {
    return toMarketDataError(thrown, { exchange, symbol });
  }
}

/** The error for a market that an answer leaves out. Some exchanges leave out markets that are not active. */
export function missingTickerError(client: ExchangeClient, symbol: string): MarketDataError {
  const exchange = client.info.id;
  const inactive = client.ccxt.markets?.[symbol]?.active === false ? ', which is not active there' : '';
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', `${exchange} sent no ticker for ${symbol}${inactive}.`, {
    exchange,
    symbol,
    retryable: inactive === '',
  });
}

/**
 * True for a refusal that a single symbol may have caused, for example one that was delisted since the markets were
 * loaded.
 */
export function isSymbolRefusal(error: MarketDataError): boolean {
  return (
    error.isFinal ||
    error.code === 'BAD_USER_INPUT' ||
    (error.code === 'BAD_EXCHANGE_RESPONSE' && !error.retryable) ||
    isAboutOneMarket(error)
  );
}

/** True when one market's error concerns the whole exchange: then the other markets are not requested. */
export function isOutage(error: MarketDataError): boolean {
  return error.code !== 'BAD_EXCHANGE_RESPONSE' && !isSymbolRefusal(error);
}

/**
 * True when a whole HTTP response was unreadable. That says nothing about its markets, and the next response may be
 * fine.
 */
export function isUnreadable(client: ExchangeClient, { code, retryable, details }: MarketDataError): boolean {
  return code === 'BAD_EXCHANGE_RESPONSE' && retryable && client.failureOf(details.cause) !== undefined;
}

/** True when the response was complete but ccxt could not parse it: one of its rows may be the reason. */
function isUnparsed(client: ExchangeClient, error: MarketDataError): boolean {
  const { cause } = error.details;
  return error.code === 'BAD_EXCHANGE_RESPONSE' && cause !== undefined && client.failureOf(cause) === undefined;
}

function pickAll(
  exchange: string,
  tickers: Tickers,
  symbols: readonly string[],
  receivedAt: number,
): ReadonlyMap<string, Ticker | MarketDataError> {
  const outcomes = new Map<string, Ticker | MarketDataError>();
  for (const symbol of symbols) {
    const ticker = Object.hasOwn(tickers, symbol) ? tickers[symbol] : undefined;
    if (!ticker || ticker.info instanceof UnreadableRow) continue;
    try {
      outcomes.set(symbol, toTicker(exchange, symbol, ticker, receivedAt));
    } catch (error) {
      outcomes.set(symbol, toMarketDataError(error, { exchange, symbol }));
    }
  }
  return outcomes;
}
