import type { ScreenView, View } from '../address/address.ts';
import type { MarketRef } from '../base/market-ref.ts';
import { toVariables } from '../screen/presets.ts';

const example: MarketRef = { exchange: 'sim', symbol: 'BTC/USDT' };

/**
 * The view as the text of a query or a subscription, without variables: GraphiQL takes none from its address. A watch
 * list that is not in the address has the markets of `kept`.
 */
export function toOperation(view: View, kept: readonly MarketRef[] | null = null): string {
  switch (view.kind) {
    case 'markets': {
      const markets = view.markets ?? kept ?? [];
      return watchList(markets.length > 0 ? markets : [example]);
    }
    case 'screen':
      return screen(view);
    case 'market':
      return market(view, view.timeframe ?? '1m');
  }
}

function watchList(markets: readonly MarketRef[]): string {
  const list = markets.map(
    ({ exchange, symbol }) => `      { exchange: ${quote(exchange)}, symbol: ${quote(symbol)} }`,
  );
  return `subscription WatchList {
  watchlistUpdated(
    markets: [
${list.join('\n')}
    ]
    skipUnknown: true
  ) {
    exchange {
      id
    }
    symbol
    last
    percentage
    source
    receivedAt
    stale
  }
}
`;
}

function screen(view: ScreenView): string {
  const variables = toVariables(view, view.exchange ?? example.exchange);
  const { exchange, rankBy, order, quote: currency, type, minQuoteVolume, first } = variables;
  const given = [
    `exchange: ${quote(exchange)}`,
    type && `type: ${type}`,
    currency && `quote: ${quote(currency)}`,
    minQuoteVolume && `minQuoteVolume: ${minQuoteVolume}`,
    `rankBy: ${rankBy}`,
    `order: ${order}`,
    `first: ${first}`,
  ];
  return `subscription Screen {
  screenUpdated(${given.filter(Boolean).join(', ')}) {
    symbol
    last
    percentage
    quoteVolume
    receivedAt
    stale
  }
}
`;
}

function market({ exchange, symbol }: MarketRef, timeframe: string): string {
  return `query Market {
  market(exchange: ${quote(exchange)}, symbol: ${quote(symbol)}) {
    symbol
    type
    ticker {
      last
      bid
      ask
      percentage
      source
      receivedAt
      stale
    }
    candles(timeframe: ${quote(timeframe)}, limit: 24) {
      datetime
      open
      high
      low
      close
      volume
    }
  }
}
`;
}

/** A string in GraphQL is one in JSON. */
function quote(text: string): string {
  return JSON.stringify(text);
}
