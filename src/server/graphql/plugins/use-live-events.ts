import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { toClientError } from '../../../graphql/execution/errors.ts';
import { toEventResult } from '../../../graphql/execution/event-result.ts';
import type { YogaContext } from '../request/yoga-context.ts';

/**
 * Gives events over server-sent events the same form as events over sockets. Ends a subscription whose client has left
 * before the subscription began, because nothing else would end it.
 */
export function useLiveEvents(report: (error: unknown) => void): Plugin<YogaContext> {
  return {
    onSubscribe: ({ args }) => {
      const { http } = args.contextValue;
      return {
        onSubscribeResult: ({ result }) => {
          if (!isAsyncIterable<ExecutionResult>(result)) return undefined;
          if (http?.response.destroyed) void result[Symbol.asyncIterator]().return?.();
          return {
            onNext: ({ result: event, setResult }) => {
              if (isAsyncIterable(event) || !event.errors) return;
              setResult(toEventResult({ ...event, errors: event.errors.map((error) => toClientError(error, report)) }));
            },
          };
        },
      };
    },
  };
}
