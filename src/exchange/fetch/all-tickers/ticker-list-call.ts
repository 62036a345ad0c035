import type { Exchange, MarketInterface, Tickers } from 'ccxt';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { tickerListParams } from '../../quirks/ticker-lists.ts';
import { deferTickers } from './deferred-tickers.ts';

/**
 * Calls fetchTickers without symbols, for the type of `example`. Its tickers are deferred: see `deferTickers`. `onSent`
 * is called if the call was sent, even if it then fails.
 */
export function callTickerList(client: ExchangeClient, example: MarketInterface, onSent: () => void): Promise<Tickers> {
  const params = tickerListParams(client.info.id, example);
  return client.call(
    async (ccxt, attempt) => {
      try {
        // A class without endpoints may have private fields, which a copy cannot reach.
        const isOriginal = ccxt === client.ccxt;
        const exchange = isOriginal ? ccxt : withDefaultType(deferTickers(ccxt, client.ccxt), example);
        return await exchange.fetchTickers(undefined, params);
      } finally {
        if (attempt.hasSent) onSent();
      }
    },
    {},
    example.symbol,
  );
}

/**
 * Chooses the type of market by ccxt's options, which the classes that distinguish types read. As parameters, the others
 * would send it to their exchange, which may refuse it.
 */
function withDefaultType(copy: Exchange, { type, subType, option }: MarketInterface): Exchange {
  const sub = option ? undefined : subType;
  const chosen = { type, defaultType: type, subType: sub, defaultSubType: sub };
  const { options } = copy;
  const own: unknown = options.fetchTickers;
  const fetchTickers = typeof own === 'object' ? { ...own, ...chosen } : (own ?? chosen);
  return Object.create(copy, { options: { value: { ...options, ...chosen, fetchTickers } } });
}
