import type { GraphQLSchema } from 'graphql';
import { freshnessOf, freshnessOfRows } from '../presenting/freshness.ts';
import { isObject, toObjects, without } from '../presenting/values.ts';
import { createHistory } from './candles.ts';
import { createRootQuery, describeMarket, isSimulated, toHistoryLimit } from './common/queries.ts';
import { objectOf, propertiesOf, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';
import { times } from './tickers.ts';

const figures = [
  'symbol',
  'rate',
  'annualized',
  'nextRate',
  'intervalMs',
  'nextFundingTime',
  'markPrice',
  'indexPrice',
];
const columns = ['datetime', 'rate'];

const meaning =
  'Perpetual contracts (symbols such as BTC/USDT:USDT, type SWAP) never expire; funding keeps their price near that of the asset. Rates are fractions for one interval: 0.0001 is 0.01 %. Above zero, holders of long positions pay holders of short ones; below zero, the other way round.';

export function createFundingRateTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'fundingRate', [...figures, ...times]);
  const args = new ToolArguments(query);
  return {
    name: 'get_funding_rate',
    title: 'Get the funding rate of a perpetual contract',
    description: `Returns the current funding rate of one perpetual contract with its mark and index price. ${meaning} \`annualized\` is the rate over a year without compounding, \`intervalMs\` the length of an interval in milliseconds (28,800,000 is eight hours), \`nextFundingTime\` the time at which it ends and is paid, \`nextRate\` the expected rate of the next one. Null means that the exchange does not say. Spot markets have no funding. For rates that were paid in the past use get_funding_history.`,
    field: 'fundingRate',
    arguments: args,
    output: { fundingRate: objectOf(propertiesOf(schema, 'FundingRate', figures)) },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, values);
      const rate = isObject(value) ? value : {};
      return {
        headline: `Funding rate of ${describeMarket(values)}`,
        freshness: freshnessOf(rate, now()),
        simulated: isSimulated(values.exchange),
        errors,
        facts: { fundingRate: without(rate, times) },
      };
    },
  };
}

export function createFundingHistoryTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'fundingRateHistory', columns);
  const args = new ToolArguments(query);
  return {
    name: 'get_funding_history',
    title: 'Get funding that was paid in the past',
    description: `Returns the funding of one perpetual contract that was paid at the end of each interval, oldest first. Without \`since\`, the newest \`limit\` payments come; with it, the first \`limit\` from then on; it is an error if the exchange's history does not reach back that far. Rates are those of get_funding_rate: fractions for one interval, paid by long positions to short ones if above zero. For the rate of the current interval use get_funding_rate.`,
    field: 'fundingRateHistory',
    arguments: args,
    output: { payments: rowsOf(propertiesOf(schema, 'FundingPayment', columns)) },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, { ...values, limit: toHistoryLimit(values.limit) });
      const rows = toObjects(value);
      return {
        headline: `Funding paid on ${describeMarket(values)}, oldest first`,
        freshness: (taken) => freshnessOfRows(taken, now()),
        simulated: isSimulated(values.exchange),
        errors,
        table: createHistory('payments', columns, rows, values),
      };
    },
  };
}
