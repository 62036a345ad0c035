import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { MeasureCost } from '../graphql/cost.ts';
import { MarketDataError } from '../market/error.ts';
import type { Allowance } from './allowance.ts';
import type { YogaContext } from './door.ts';
import type { Hold, SubscriptionMemory } from './subscription-memory.ts';
import { tooManyOperations } from './too-many-operations.ts';

/**
 * Counts subscriptions over server-sent events among the operations that are open, and what they keep in memory. By what
 * is executed and not by Accept, since who accepts anything gets events too.
 */
export function useStreamLimit(
  operations: Allowance,
  memory: SubscriptionMemory,
  measure: MeasureCost,
): Plugin<YogaContext> {
  return {
    onSubscribe: ({ args }) => {
      const { caller, response } = args.contextValue;
      const { address } = caller;
      const excess = operations.take(address);
      if (excess) throw refuse(tooManyOperations(excess, operations));
      let hold: Hold;
      try {
        const { document, variableValues: variables } = args;
        hold = memory.hold(address, { document, variables, cost: measure(args) });
      } catch (error) {
        operations.release(address);
        throw error instanceof MarketDataError ? refuse(error) : error;
      }
      Object.assign(args, { document: hold.document });
      response.once('close', () => {
        operations.release(address);
        memory.release(hold);
      });
    },
  };
}

/** What may be over with the next moment is this server's trouble, and all else the client's. */
function refuse({ message, code, retryable }: MarketDataError): GraphQLError {
  return new GraphQLError(message, { extensions: { code, retryable, http: { status: retryable ? 503 : 429 } } });
}
