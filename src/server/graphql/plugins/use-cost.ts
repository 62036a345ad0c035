import type { Plugin } from 'graphql-yoga';
import type { MeasureCost } from '../../../graphql/cost/cost-meter.ts';
import type { Context } from '../../../graphql/execution/context.ts';

/** Charges the cost of an operation to the client's quota before the operation is executed. */
export function useCost(measure: MeasureCost): Plugin<Context> {
  return {
    onExecute: ({ args }) => args.contextValue.charge(measure(args)),
    onSubscribe: ({ args }) => args.contextValue.charge(measure(args)),
  };
}
