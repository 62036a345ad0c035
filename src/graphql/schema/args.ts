import { builder } from '../builder.ts';

/** Names one market. */
export const marketArgs = builder.args((t) => ({
  exchange: t.id({ required: true, description: "ccxt's id of the exchange, for example kraken." }),
  symbol: t.string({ required: true, description: 'Unified symbol, for example BTC/USDT.' }),
}));

/** Names markets of one exchange. */
export const marketsArgs = builder.args((t) => ({
  exchange: t.id({ required: true, description: "ccxt's id of the exchange, for example kraken." }),
  symbols: t.stringList({ required: true, description: 'Unified symbols, for example BTC/USDT.' }),
}));
