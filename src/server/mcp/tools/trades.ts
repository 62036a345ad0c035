import type { GraphQLSchema } from 'graphql';
import { MarketDataError } from '../../../market/errors.ts';
import { freshnessOfRows } from '../presenting/freshness.ts';
import { createForwardHistory, createNewest } from '../presenting/table.ts';
import { toNumber, toObjects, toTime } from '../presenting/values.ts';
import { createRootQuery, describeMarket, isSimulated, toHistoryLimit, withOneMore } from './common/queries.ts';
import { propertiesOf, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';

const columns = ['datetime', 'side', 'price', 'amount', 'cost', 'tradeId'];

export function createTradesTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'trades', columns);
  const since = query.arguments.all.find(({ name }) => name === 'since');
  const until = since ? [{ ...since, name: 'until' }] : [];
  const args = new ToolArguments(query, {
    defaults: { limit: 100 },
    descriptions: { until: 'Where to end, exclusive; written like since, and only with it.' },
    own: until,
  });
  return {
    name: 'get_trades',
    title: 'Get the latest trades of one market',
    description:
      'Returns single public trades of one market, oldest first: time, price, amount, and who was in a hurry (`side` BUY: a buyer took the offer of a seller; SELL: the other way round; null: unknown). Without `since`, the newest `limit` trades come; with it, the first `limit` from then on, as far back as the exchange serves them, which is often only minutes or hours. Use get_candles for anything longer, and get_ticker for the volume of 24 hours. Price and `cost` (price times amount) are in the quote currency, `amount` is in the base currency or in contracts.',
    field: 'trades',
    arguments: args,
    output: { trades: rowsOf(propertiesOf(schema, 'Trade', columns)) },
    run: async ({ values, ask, now }) => {
      const isForward = values.since !== undefined;
      if (!isForward && values.until !== undefined) throw untilAlone();
      // Without `since`, the oldest row that was asked for says where the rows begin that do not fit.
      const limit = isForward ? toHistoryLimit(values.limit) : withOneMore(values.limit);
      const { value, errors } = await ask(query, { ...args.toFieldValues(values), limit });
      const end = toTime(values.until) ?? Number.POSITIVE_INFINITY;
      const all = toObjects(value);
      const rows = all.filter(({ datetime }) => (toTime(datetime) ?? 0) < end);
      const options = {
        name: 'trades',
        columns,
        rows,
        requested: toNumber(values.limit) ?? rows.length,
        toTime: ({ datetime }: { readonly datetime?: unknown }) => toTime(datetime),
      };
      return {
        headline: `Trades of ${describeMarket(values)}, oldest first`,
        freshness: (taken) => freshnessOfRows(taken, now()),
        simulated: isSimulated(values.exchange),
        errors,
        // Exchanges list trades only forwards, so there are no pages that lead back in time.
        table: isForward
          ? createForwardHistory({ ...options, isOpen: rows.length === all.length })
          : createNewest(options),
      };
    },
  };
}

function untilAlone(): MarketDataError {
  return new MarketDataError('BAD_USER_INPUT', 'until needs since: exchanges list trades only from a time on.');
}
