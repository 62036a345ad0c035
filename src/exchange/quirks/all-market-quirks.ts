// Exchanges that have one ticker channel for all markets, with the same data as the channel of each market.

/** The parameters of ccxt's watchTickers that choose the channel, for a type of market. */
type Params = (type: string) => Readonly<Record<string, string>>;

const noParams: Params = () => ({});

/**
 * An exchange is listed if ccxt's watchTickers takes one message for all markets, watchTicker one for each, ccxt cannot
 * watch several with one message, and both channels carry the same fields at the same pace:
 * - Orderly, with which WOOFi Pro and ModeTrade are built: `tickers` and `{symbol}@ticker` hold the same eight fields,
 *   each pushed once a second (orderly.network/docs/build-on-omnichain/websocket-api/public, "24h tickers" and
 *   "24h ticker"). ccxt reads both alike.
 * - WOO X: the same two channels, with the same messages (handleTicker and handleTickers in ccxt/js/src/pro/woo.js).
 * - XT: `tickers` is a list of what `ticker@{symbol}` pushes, for spot markets and for contracts, which have addresses
 *   of their own (handleTicker and handleTickers in ccxt/js/src/pro/xt.js).
 *
 * Others are not listed although they have such a channel, because it carries less:
 * - Hyperliquid: `allMids` has middle prices only, `activeAssetCtx` also the day's figures (ccxt/js/src/pro).
 * - MEXC: its class refuses watchTickers for spot markets, and `sub.tickers` of contracts lacks the bid and the ask, which
 *   `sub.ticker` has (handleTicker and handleTickers in ccxt/js/src/pro/mexc.js).
 * - Coinbase: `ticker_batch` comes every five seconds, `ticker` with each trade (docs.cdp.coinbase.com, "Channels").
 * - KuCoin: `/market/ticker:all` has the last price, bid and ask, `/market/snapshot` also the day's figures.
 * - Binance: 300 markets take three messages in any case, and `!ticker@arr` would push thousands of others.
 * Phemex and Pacifica have no channel for one market: ccxt sends one message for all of them in any case.
 */
const tickersOfAll: Readonly<Record<string, Params>> = {
  modetrade: noParams,
  woo: noParams,
  woofipro: noParams,
  xt: (type) => ({ type }),
};

/** The parameters with which watchTickers streams all markets of a type; null if it should not be used. */
export function allMarketParams(exchange: string, type: string): Readonly<Record<string, string>> | null {
  return Object.hasOwn(tickersOfAll, exchange) ? (tickersOfAll[exchange]?.(type) ?? null) : null;
}

/** True if tickers of an exchange can be taken from its channel for all markets. */
export function hasAllMarketTickers(exchange: string): boolean {
  return Object.hasOwn(tickersOfAll, exchange);
}
