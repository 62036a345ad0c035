import type { Plugin } from 'graphql-yoga';
import type { MeasureCost } from '../../../graphql/cost/cost-meter.ts';
import type { Context } from '../../../graphql/execution/context.ts';

/** Charges the cost of a query to the client's quota before the query is executed. */
export function useCost(measure: MeasureCost): Plugin<Context> {
  return {
    onExecute: ({ args }) => args.contextValue.charge(measure(args)),
  };
}
