import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import { MarketDataError } from '../../../market/errors.ts';
import type { MarketRef } from '../../../market/market-ref.ts';
import { FieldCost, sharedCallCost } from '../../cost/field-cost.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { maxMarkets } from '../common/args.ts';
import { TickerType } from '../markets/ticker.ts';

const MarketInput = builder.inputType('MarketInput', {
  description: 'Names one market.',
  fields: (t) => ({
    exchange: t.id({ required: true, description: "The exchange's id in ccxt, for example kraken." }),
    symbol: t.string({ required: true, description: 'Unified symbol, for example BTC/USDT.' }),
  }),
});

const watchlistArgs = builder.args((t) => ({
  markets: t.field({
    type: [MarketInput],
    required: true,
    description: `The markets, on any exchanges; at most ${maxMarkets}. Give a long list as a variable.`,
    extensions: bounded({ maxItems: maxMarkets }),
  }),
}));

/** A market as a client gives it. */
interface GivenMarket {
  readonly exchange: string | number;
  readonly symbol: string;
}

/** The markets of one exchange share calls; each exchange needs its own. */
const watchlistCost = new FieldCost({
  weight: { argument: 'markets', isList: true, toSize: (given) => sharedCallCost * countExchanges(given) },
  listSize: { argument: 'markets', isList: true, max: maxMarkets },
});

/** The number of different exchanges in a list. One that is a variable of its own counts as different from the others. */
function countExchanges(given: unknown): number {
  if (!Array.isArray(given) || given.length === 0) return 1;
  return new Set(given.slice(0, maxMarkets).map((market: unknown) => readExchange(market) ?? Symbol())).size;
}

function readExchange(market: unknown): unknown {
  return typeof market === 'object' && market !== null && 'exchange' in market ? market.exchange : null;
}

/** Returns the markets. Throws BAD_USER_INPUT if there are too many. */
function requireMarketRefs(given: readonly GivenMarket[]): readonly MarketRef[] {
  if (given.length <= maxMarkets) {
    return given.map(({ exchange, symbol }) => ({ exchange: String(exchange), symbol }));
  }
  const message = `markets has ${given.length} entries; it may have at most ${maxMarkets}.`;
  throw new MarketDataError('BAD_USER_INPUT', message);
}

builder.queryField('watchlist', (t) =>
  t.field({
    type: [TickerType],
    nullable: { list: false, items: true },
    description:
      'The tickers of markets on several exchanges, in the same order as `markets`. A ticker that fails, for example because its exchange does not exist, is null and has its own error; the others are not affected.',
    args: watchlistArgs,
    extensions: { cost: watchlistCost },
    resolve: (_root, { markets }, { tickers }) => requireMarketRefs(markets).map((market) => tickers.load(market)),
  }),
);

builder.subscriptionField('watchlistUpdated', (t) =>
  t.field({
    type: TickerType,
    description:
      'Like `tickersUpdated`, for markets on several exchanges. Each event is one ticker. An exchange that fails or hangs does not stop the others. Unknown exchanges or markets refuse the subscription with one error that names all of them.',
    args: {
      ...watchlistArgs,
      skipUnknown: t.arg.boolean({
        required: true,
        defaultValue: false,
        description:
          'If true, exchanges and symbols that do not exist are left out, as long as one market remains; otherwise they are an error.',
      }),
    },
    extensions: { cost: watchlistCost, selectArguments: ['markets', 'skipUnknown'] },
    subscribe: (_root, { markets, skipUnknown }, { live }) => live.watchlist(requireMarketRefs(markets), skipUnknown),
    resolve: requireValue,
  }),
);
