import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Allowance } from './allowance.ts';
import type { YogaContext } from './door.ts';
import { tooManyOperations } from './too-many-operations.ts';

/**
 * Counts subscriptions over server-sent events among the operations that are open. By what is executed and not by
 * Accept, since who accepts anything gets events too.
 */
export function useStreamLimit(operations: Allowance): Plugin<YogaContext> {
  return {
    onSubscribe: ({ args }) => {
      const { caller, response } = args.contextValue;
      const excess = operations.take(caller.address);
      if (excess) {
        const { message, code, retryable } = tooManyOperations(excess, operations);
        const status = excess === 'address' ? 429 : 503;
        throw new GraphQLError(message, { extensions: { code, retryable, http: { status } } });
      }
      response.once('close', () => operations.release(caller.address));
    },
  };
}
